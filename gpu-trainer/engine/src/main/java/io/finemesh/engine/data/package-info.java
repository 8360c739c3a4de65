/**
 * From a dataset to the rows of an optimizer step: {@link io.finemesh.engine.data.ConversationReader} reads conversations,
 * {@link io.finemesh.engine.data.SampleEncoder} turns them into the {@link io.finemesh.engine.data.EncodedSamples} of a run,
 * {@link io.finemesh.engine.data.BatchCursor} picks those of a step, as {@link io.finemesh.engine.data.BatchPlan} says, and
 * {@link io.finemesh.engine.data.RowPacker} lays them end to end in a {@link io.finemesh.engine.data.PackedBatch}.
 */
package io.finemesh.engine.data;
