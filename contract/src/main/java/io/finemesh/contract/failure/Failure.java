package io.finemesh.contract.failure;

import static java.util.Objects.requireNonNull;

/**
 * One failure as it is reported.
 *
 * @param code what kind of failure, with fault and disposition
 * @param message what was found, what is allowed and what to do, in words for a person
 */
public record Failure(FailureCode code, String message) {
    public Failure {
        requireNonNull(code, "code is null");
        requireNonNull(message, "message is null");
    }
}
