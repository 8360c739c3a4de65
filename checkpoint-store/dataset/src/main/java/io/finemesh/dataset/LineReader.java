package io.finemesh.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Cuts a stream into lines without ever holding more than the longest line that is taken. A line ends at LF or CR LF; a UTF-8 byte order
 * mark at the start is dropped.
 */
final class LineReader {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final int longest;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int at;
    private int end;
    private long number;

    /** @param longest bytes of the longest line that is taken, its end not counted */
    LineReader(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /**
     * One line.
     *
     * @param number from 1
     * @param bytes without the line's end; what was read of it if it is too long
     * @param tooLong whether it exceeds the limit
     */
    record Line(long number, byte[] bytes, boolean tooLong) {
        /** Whether there is nothing but white space in it. */
        boolean isBlank() {
            if (tooLong) {
                return false;
            }
            for (byte value : bytes) {
                if (value != ' ' && value != '\t' && value != '\r') {
                    return false;
                }
            }
            return true;
        }
    }

    /** The next line; empty at the end. What follows the last LF is a line only if it is not empty. */
    Optional<Line> next() throws IOException {
        if (!fill()) {
            return Optional.empty();
        }
        number++;
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean tooLong = false;
        boolean ended = false;
        while (!ended && fill()) {
            int stop = at;
            while (stop < end && chunk[stop] != '\n') {
                stop++;
            }
            // One byte more is let in, because it may be the CR of the line's end.
            int room = longest + 1 + (number == 1 ? BYTE_ORDER_MARK.length : 0) - line.size();
            int taken = Math.min(stop - at, Math.max(room, 0));
            tooLong |= taken < stop - at;
            line.write(chunk, at, taken);
            ended = stop < end;
            at = ended ? stop + 1 : stop;
        }
        return Optional.of(cut(line.toByteArray(), tooLong));
    }

    private Line cut(byte[] bytes, boolean cutOff) {
        int from = number == 1 && startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        int to = !cutOff && bytes.length > from && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
        byte[] line = new byte[to - from];
        System.arraycopy(bytes, from, line, 0, line.length);
        return new Line(number, line, cutOff || line.length > longest);
    }

    private static boolean startsWithMark(byte[] bytes) {
        if (bytes.length < BYTE_ORDER_MARK.length) {
            return false;
        }
        for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
            if (bytes[i] != BYTE_ORDER_MARK[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean fill() throws IOException {
        if (at < end) {
            return true;
        }
        at = 0;
        end = Math.max(in.read(chunk), 0);
        return end > 0;
    }
}
