package io.finemesh.gateway.document;

import java.util.Optional;

/** The bytes are no document of their kind; the message says what stands in the way. */
public final class DocumentException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    DocumentException(String message) {
        this(message, null);
    }

    DocumentException(String message, Place place) {
        super(message);
        this.place = place;
    }

    /** Where reading stopped, if that is known. */
    public Optional<Place> place() {
        return Optional.ofNullable(place);
    }
}
