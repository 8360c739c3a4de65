package io.finemesh.store.storage;

/** The storage understood and said no: wrong keys, missing bucket, missing permission. Waiting helps only if somebody mends it. */
public final class StorageRefusedException extends StorageException {
    private static final long serialVersionUID = 1L;

    public StorageRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
