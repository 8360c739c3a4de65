package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.RunId;

/**
 * The run can never be executed as asked. Terminal.
 *
 * @param runId the run
 * @param failure what was asked, what is available, what would fit
 */
public record RunRejected(RunId runId, Failure failure) implements RunEvent {
    public RunRejected {
        requireNonNull(runId, "runId is null");
        requireNonNull(failure, "failure is null");
    }
}
