package io.finemesh.store.refusal;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** A request that cannot be carried out as it stands; only its sender can mend it. Every problem is named at once. */
public final class RefusalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final transient List<String> errors;

    /** What kind of refusal; one HTTP status each. */
    public enum Kind {
        /** The request itself is malformed. */
        MALFORMED,
        /** Something it names does not exist. */
        UNKNOWN,
        /** It contradicts what is there. */
        CONFLICT,
        /** More bytes than are taken. */
        TOO_LARGE,
        /** It was read well, but what is in it cannot be used. */
        NOT_USABLE
    }

    /**
     * @param kind what kind
     * @param detail what was found, what is allowed, what to do, in one sentence
     * @param errors every single problem
     */
    public RefusalException(Kind kind, String detail, List<String> errors) {
        super(detail);
        this.kind = requireNonNull(kind, "kind is null");
        this.errors = List.copyOf(errors);
    }

    /** A refusal with one problem. */
    public RefusalException(Kind kind, String detail) {
        this(kind, detail, List.of(detail));
    }

    /** What kind of refusal. */
    public Kind kind() {
        return kind;
    }

    /** Every single problem. */
    public List<String> errors() {
        return errors;
    }
}
