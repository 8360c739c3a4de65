package io.finemesh.evaluator.task;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;

/** A task that cannot be made of the data it is given, or asks what it cannot. */
public final class TaskRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final FailureCode code;

    public TaskRefusedException(FailureCode code, String message) {
        super(message);
        this.code = code;
    }

    /** The reason in the contract's terms. */
    public Failure failure() {
        return new Failure(code, getMessage());
    }
}
