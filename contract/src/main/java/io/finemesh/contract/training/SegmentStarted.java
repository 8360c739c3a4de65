package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import java.util.Optional;

/**
 * Base checkpoint and data are there, steps begin.
 *
 * @param runId the run
 * @param segmentIndex position of the segment in the run
 * @param epoch lease epoch under which this was said
 * @param trainer who says it
 * @param traceparent W3C trace context of the segment's span; empty when tracing is off
 * @param order in which the run reads its data; the same for all of its segments
 */
public record SegmentStarted(
        RunId runId,
        int segmentIndex,
        long epoch,
        TrainerId trainer,
        String traceparent,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<DataOrder> order)
        implements TrainingEvent {
    public SegmentStarted {
        requireNonNull(runId, "runId is null");
        requireNonNull(trainer, "trainer is null");
        requireNonNull(traceparent, "traceparent is null");
        order = order == null ? Optional.empty() : order;
    }
}
