package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import java.util.Optional;

/** A call to the checkpoint store that did not give what was asked for; typed, so that a caller can retry by disposition. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    private final FailureCode code;
    private final int status;
    private final transient StoreProblem problem;

    private StoreException(FailureCode code, int status, StoreProblem problem, String message, Throwable cause) {
        super(message, cause);
        this.code = requireNonNull(code, "code is null");
        this.status = status;
        this.problem = problem;
    }

    /** No answer came: connection refused, reset or timed out. */
    public static StoreException unreachable(String what, Throwable cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new StoreException(
                FailureCode.STORE_UNREACHABLE,
                0,
                null,
                what + ": the checkpoint store did not answer (" + reason + ")",
                cause);
    }

    /** An answer came, but not a good one. */
    public static StoreException answered(String what, int status, Optional<StoreProblem> problem) {
        FailureCode code = codeOf(status);
        String detail = problem.map(StoreProblem::detail).orElse("no explanation");
        return new StoreException(
                code, status, problem.orElse(null), what + ": " + detail + " (HTTP " + status + ")", null);
    }

    private static FailureCode codeOf(int status) {
        return switch (status) {
            case 507 -> FailureCode.STORAGE_FULL;
            case 400, 404, 409, 413, 415, 422 -> FailureCode.INVALID_SPECIFICATION;
            default -> FailureCode.STORE_UNREACHABLE;
        };
    }

    /** Kind of failure; its disposition says whether trying again can help. */
    public FailureCode code() {
        return code;
    }

    /** HTTP status, 0 when there was no answer. */
    public int status() {
        return status;
    }

    /** What the store said, if it said it in the agreed form. */
    public Optional<StoreProblem> problem() {
        return Optional.ofNullable(problem);
    }

    /** Whether the store answered that the thing asked for does not exist. */
    public boolean isMissing() {
        return status == 404;
    }

    /** The same as a contract failure. */
    public Failure failure() {
        return new Failure(code, getMessage());
    }
}
