package io.finemesh.gateway.problem;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A request that ends in a problem. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ProblemType type;
    private final transient List<ProblemDetail> errors;
    private final transient List<String> suggestions;
    private final transient Optional<Duration> retryAfter;
    private final transient Optional<String> foreignType;

    private ProblemException(
            ProblemType type,
            String detail,
            List<ProblemDetail> errors,
            List<String> suggestions,
            Optional<Duration> retryAfter,
            Optional<String> foreignType,
            Throwable cause) {
        super(detail, cause);
        this.type = type;
        this.errors = List.copyOf(errors);
        this.suggestions = List.copyOf(suggestions);
        this.retryAfter = retryAfter;
        this.foreignType = foreignType;
    }

    /** A problem told in one sentence. */
    public static ProblemException of(ProblemType type, String detail) {
        return new ProblemException(type, detail, List.of(), List.of(), Optional.empty(), Optional.empty(), null);
    }

    /** A problem with single errors. */
    public static ProblemException of(ProblemType type, String detail, List<ProblemDetail> errors) {
        return new ProblemException(type, detail, errors, List.of(), Optional.empty(), Optional.empty(), null);
    }

    /** Something that is not there, and what is there under a similar name. */
    public static ProblemException unknown(ProblemType type, String detail, List<String> suggestions) {
        String meant = suggestions.isEmpty() ? "" : "; did you mean " + String.join(", ", suggestions) + "?";
        return new ProblemException(
                type, detail + meant, List.of(), suggestions, Optional.empty(), Optional.empty(), null);
    }

    /** Something that will be better later. */
    public static ProblemException later(ProblemType type, String detail, Duration retryAfter, Throwable cause) {
        return new ProblemException(
                type, detail, List.of(), List.of(), Optional.of(retryAfter), Optional.empty(), cause);
    }

    /** A refusal passed on under the name its author gave it. */
    public static ProblemException foreign(
            ProblemType type, String foreignType, String detail, List<ProblemDetail> errors) {
        return new ProblemException(type, detail, errors, List.of(), Optional.empty(), Optional.of(foreignType), null);
    }

    /** Kind of problem. */
    public ProblemType type() {
        return type;
    }

    /** When to try again. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** The answer's body. */
    public Problem problem() {
        return new Problem(
                foreignType.orElseGet(type::uri),
                type.title(),
                type.status(),
                getMessage(),
                errors.isEmpty() ? Optional.empty() : Optional.of(errors),
                suggestions.isEmpty() ? Optional.empty() : Optional.of(suggestions));
    }
}
