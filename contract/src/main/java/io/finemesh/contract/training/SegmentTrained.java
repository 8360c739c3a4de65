package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import java.util.List;
import java.util.OptionalDouble;

/**
 * All steps are done and the result is held in memory; the upload goes on. The next segment may be granted to this trainer now.
 *
 * @param runId the run
 * @param segmentIndex position of the segment in the run
 * @param epoch lease epoch under which this was said
 * @param trainer who holds the result
 * @param checkpoint identity the result will have once committed
 * @param lastStep 0-based last optimizer step
 * @param lastLoss loss of the last step
 * @param traceparent W3C trace context of the segment's span; empty when tracing is off
 * @param gradientNorm {@link #meanGradientNorm} of the segment; absent where every step was skipped
 */
public record SegmentTrained(
        RunId runId,
        int segmentIndex,
        long epoch,
        TrainerId trainer,
        CheckpointId checkpoint,
        long lastStep,
        double lastLoss,
        String traceparent,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) OptionalDouble gradientNorm)
        implements TrainingEvent {
    public SegmentTrained {
        requireNonNull(runId, "runId is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(traceparent, "traceparent is null");
        gradientNorm = gradientNorm == null ? OptionalDouble.empty() : gradientNorm;
    }

    /**
     * What a segment's steps say of its block's gradient: the mean of their global norms before clipping, added up in the order of the steps. Trainer and
     * store both compute it, from the same ledger, and must come to the same bits: what block is trained next may depend on it.
     *
     * @param norms of the steps that were not skipped, in their order
     */
    public static OptionalDouble meanGradientNorm(List<Double> norms) {
        double sum = 0;
        for (double norm : norms) {
            sum += norm;
        }
        return norms.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(sum / norms.size());
    }
}
