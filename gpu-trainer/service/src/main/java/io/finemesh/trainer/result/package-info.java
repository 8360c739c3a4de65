/**
 * What a segment leaves behind: {@link io.finemesh.trainer.result.StepLedger} writes its steps down,
 * {@link io.finemesh.trainer.result.ResultWriter} makes the {@link io.finemesh.trainer.result.TrainedSegment} of an outcome,
 * {@link io.finemesh.trainer.result.HeldResults} remembers the newest until the store has them.
 */
package io.finemesh.trainer.result;
