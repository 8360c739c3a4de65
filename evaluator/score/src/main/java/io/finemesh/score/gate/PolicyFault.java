package io.finemesh.score.gate;

import static java.util.Objects.requireNonNull;

/**
 * Why a policy cannot be applied to results.
 *
 * @param kind what is wrong, for code
 * @param rule index of the rule in the policy; -1 when the policy as a whole is meant
 * @param message what was found, what is allowed and what to do, for people
 */
public record PolicyFault(Kind kind, int rule, String message) {
    /** Kinds of fault. The names may be relied on. */
    public enum Kind {
        /** The policy asks nothing. */
        NO_RULES,
        /** A task that was not evaluated. */
        UNKNOWN_TASK,
        /** A metric that the task does not have. */
        UNKNOWN_METRIC,
        /** Records of samples are needed and not at hand. */
        NO_SAMPLES,
        /** Challenger and champion share too few samples. */
        TOO_FEW_COMMON_SAMPLES,
        /** McNemar's test on values other than 0 and 1. */
        NOT_BINARY,
        /** Results over a part of a task, which the policy does not accept. */
        LIMITED_RUN,
        /** A figure or sample that is no finite number. */
        NOT_FINITE
    }

    public PolicyFault {
        requireNonNull(kind, "kind is null");
        requireNonNull(message, "message is null");
    }
}
