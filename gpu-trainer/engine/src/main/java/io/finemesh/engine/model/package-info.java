/**
 * A decoder in native memory and its forward computation, part by part.
 *
 * <p>{@link io.finemesh.engine.model.Decoder} loads weights into one {@link io.finemesh.engine.model.GroupTensors} per parameter group, laid out by a
 * {@link io.finemesh.engine.model.GroupLayout}; layers that stand still may be held in 8 bits, as a {@link io.finemesh.engine.model.QuantizedGroup}. A {@link io.finemesh.engine.model.PackedRow} of documents becomes a
 * {@link io.finemesh.engine.model.RowInput}, which the layers turn into hidden states. A {@link io.finemesh.engine.model.DecodingBatch} grows
 * sequences token by token.
 */
package io.finemesh.engine.model;
