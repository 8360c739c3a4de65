package io.finemesh.engine.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The bytes of files one after the other, each opened when the one before it is at its end, and a line feed between two of them where the first lacks
 * it.
 */
final class ConsecutiveFiles extends InputStream {
    private final Deque<Path> left;
    private InputStream current = InputStream.nullInputStream();
    /** The byte that was delivered last; nothing has to be ended before the first file. */
    private byte last = '\n';

    ConsecutiveFiles(List<Path> files) {
        this.left = new ArrayDeque<>(files);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int count = current.read(bytes, offset, length);
        while (count <= 0) {
            if (left.isEmpty()) {
                return -1;
            }
            current.close();
            current = new BufferedInputStream(Files.newInputStream(left.removeFirst()));
            if (last != '\n') {
                last = '\n';
                bytes[offset] = '\n';
                return 1;
            }
            count = current.read(bytes, offset, length);
        }
        last = bytes[offset + count - 1];
        return count;
    }

    @Override
    public void close() throws IOException {
        left.clear();
        current.close();
    }
}
