package io.finemesh.store.archive;

import java.io.IOException;

/** A stream that is not a tar archive this reader takes; the message says what was found, on one line. */
public final class TarException extends IOException {
    private static final long serialVersionUID = 1L;

    public TarException(String message) {
        super(message);
    }
}
