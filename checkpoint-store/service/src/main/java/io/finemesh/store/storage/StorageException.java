package io.finemesh.store.storage;

/** Object storage or the local disk did not do what was asked; the subclass says whether waiting can help. */
public abstract sealed class StorageException extends RuntimeException
        permits StorageFullException, StorageUnavailableException, StorageRefusedException {
    private static final long serialVersionUID = 1L;

    StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
