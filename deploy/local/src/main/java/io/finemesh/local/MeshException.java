package io.finemesh.local;

/** The mesh cannot do what it was asked to; the message says what was found and what to do. */
public final class MeshException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MeshException(String message) {
        super(message);
    }

    MeshException(String message, Throwable cause) {
        super(message, cause);
    }
}
