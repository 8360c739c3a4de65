package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;

/**
 * Stop the run; what is committed stays. Ignored for a run that has ended.
 *
 * @param runId the run
 * @param reason who asked and why, for the record
 */
public record CancelRun(RunId runId, String reason) implements RunCommand {
    public CancelRun {
        requireNonNull(runId, "runId is null");
        requireNonNull(reason, "reason is null");
    }
}
