package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import java.time.Instant;

/**
 * A trainer begins or ends a segment. A duplicate, told by segment, epoch and running, is ignored.
 *
 * @param runId the run; key of the record
 * @param segmentIndex the segment
 * @param epoch lease epoch
 * @param running true at the beginning, false at the end
 * @param at when the trainer said so
 */
public record DeviceUsed(RunId runId, int segmentIndex, long epoch, boolean running, Instant at)
        implements TriggerSignal {
    public DeviceUsed {
        requireNonNull(runId, "runId is null");
        requireNonNull(at, "at is null");
    }
}
