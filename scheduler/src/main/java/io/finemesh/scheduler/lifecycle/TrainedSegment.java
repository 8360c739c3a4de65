package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.TrainerId;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A segment whose steps are done and whose checkpoint does not exist yet.
 *
 * @param index the segment
 * @param epoch lease epoch under which it was trained
 * @param checkpoint identity the result will have
 * @param trainer who holds the result in memory until it is uploaded
 * @param uploaded every object is in the store's hands: from now on the result survives its trainer
 * @param gradientNorm mean gradient norm of its steps, where it was said
 * @param traceparent W3C trace context of the segment's span
 */
public record TrainedSegment(
        int index,
        long epoch,
        CheckpointId checkpoint,
        TrainerId trainer,
        boolean uploaded,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) OptionalDouble gradientNorm,
        Optional<String> traceparent) {
    public TrainedSegment {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(trainer, "trainer is null");
        gradientNorm = gradientNorm == null ? OptionalDouble.empty() : gradientNorm;
        traceparent = traceparent == null ? Optional.empty() : traceparent;
    }

    TrainedSegment asUploaded() {
        return new TrainedSegment(index, epoch, checkpoint, trainer, true, gradientNorm, traceparent);
    }
}
