package io.finemesh.checkpoint.cache;

import java.io.IOException;

/** An object cannot be had. The message is one line for people; the reason is for code. */
public final class BlobCacheException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Everything that can keep an object away. */
    public enum Reason {
        /** The source delivered the right number of bytes, but they do not have the digest. */
        WRONG_DIGEST,
        /** The source ended before, or went on after, the size that was announced. */
        WRONG_LENGTH,
        /** The source could not be opened or broke off with an error. */
        SOURCE_FAILED,
        /** What is in use fills the capacity. */
        CACHE_FULL,
        /** The file system has no space left. */
        DISK_FULL
    }

    private final Reason reason;
    private final String digest;

    BlobCacheException(Reason reason, String digest, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.digest = digest;
    }

    /** The kind of failure. */
    public Reason reason() {
        return reason;
    }

    /** The object concerned. */
    public String digest() {
        return digest;
    }

    /** Whether fetching the same object from the same source again may succeed. */
    boolean mayPass() {
        return switch (reason) {
            case WRONG_DIGEST, WRONG_LENGTH, SOURCE_FAILED -> true;
            case CACHE_FULL, DISK_FULL -> false;
        };
    }
}
