/**
 * Failures as data: {@link io.finemesh.trainer.failure.SegmentFailures} finds the code of whatever was thrown,
 * {@link io.finemesh.trainer.failure.SegmentFailureException} carries one that is already known.
 */
package io.finemesh.trainer.failure;
