package io.finemesh.store.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** There is no room left; nothing was written, and the same request succeeds once there is. */
public final class StorageFullException extends StorageException {
    private static final long serialVersionUID = 1L;

    public StorageFullException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * The failure of a local write as a storage failure: full when the file system says so, unavailable otherwise.
     *
     * @param place directory that was being written to
     */
    public static StorageException ofLocalDisk(Path place, IOException failure) {
        if (saysFull(failure.getMessage())) {
            return new StorageFullException(
                    "no space is left on the disk that holds " + place + "; free some and repeat the request", failure);
        }
        return new StorageUnavailableException(
                "the local directory " + place + " could not be used: " + describe(failure), failure);
    }

    /** Whether an error text is the operating system's or a storage server's way of saying that there is no room. */
    public static boolean saysFull(String message) {
        if (message == null) {
            return false;
        }
        String text = message.toLowerCase(Locale.ROOT);
        return text.contains("no space left")
                || text.contains("disk quota exceeded")
                || text.contains("not enough space")
                || text.contains("insufficientstorage")
                || text.contains("insufficient storage");
    }

    private static String describe(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
