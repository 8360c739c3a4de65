package io.finemesh.store.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of an object whose length is known: an end that comes early is an error of the transport and not a shorter object. What a
 * caller leaves unread is dropped with the connection instead of being downloaded.
 */
public final class ExactLengthStream extends InputStream {
    private final InputStream in;
    private final Runnable abort;
    private long left;

    /**
     * @param in the body
     * @param sizeBytes its length
     * @param abort drops the connection; called when the stream is closed before its end
     */
    public ExactLengthStream(InputStream in, long sizeBytes, Runnable abort) {
        this.in = in;
        this.left = sizeBytes;
        this.abort = abort;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int count = in.read(into, offset, (int) Math.min(left, length));
        if (count < 0) {
            throw new EOFException("the storage ended its answer " + left + " bytes early");
        }
        left -= count;
        return count;
    }

    @Override
    public void close() throws IOException {
        if (left > 0) {
            abort.run();
        }
        in.close();
    }
}
