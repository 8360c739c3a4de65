/**
 * A decoder in native memory and its forward computation, part by part.
 *
 * <p>{@link io.finemesh.engine.model.Decoder} loads weights into one {@link io.finemesh.engine.model.GroupTensors} per parameter group, laid out by a
 * {@link io.finemesh.engine.model.GroupLayout}. A {@link io.finemesh.engine.model.PackedRow} of documents becomes a
 * {@link io.finemesh.engine.model.RowInput}, which the layers turn into hidden states. A {@link io.finemesh.engine.model.DecodingBatch} grows
 * sequences token by token.
 */
package io.finemesh.engine.model;
