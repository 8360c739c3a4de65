package io.finemesh.store.storage;

/**
 * No answer, a server error, or a connection lost on the way. The request may or may not have been carried out; repeating it is
 * harmless.
 */
public final class StorageUnavailableException extends StorageException {
    private static final long serialVersionUID = 1L;

    public StorageUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    public StorageUnavailableException(String message) {
        super(message, null);
    }
}
