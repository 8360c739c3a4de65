package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;

/** An evaluation that cannot give a score, with the reason as the mesh is told it. */
public final class EvaluationException extends Exception {
    private static final long serialVersionUID = 1L;
    private final FailureCode code;

    public EvaluationException(FailureCode code, String message) {
        this(code, message, null);
    }

    public EvaluationException(FailureCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The reason in the contract's terms. */
    public Failure failure() {
        return new Failure(code, getMessage());
    }
}
