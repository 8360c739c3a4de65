package io.finemesh.trainer.failure;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;

/** A segment cannot be done, for a reason that has a code. */
public final class SegmentFailureException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public SegmentFailureException(FailureCode code, String message) {
        this(new Failure(code, message));
    }

    public SegmentFailureException(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    /** The reason. */
    public Failure failure() {
        return failure;
    }
}
