package io.finemesh.store.publication;

/** The broker did not confirm a message in time. It may or may not be on the topic. */
public final class PublicationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PublicationException(String message, Throwable cause) {
        super(message, cause);
    }
}
