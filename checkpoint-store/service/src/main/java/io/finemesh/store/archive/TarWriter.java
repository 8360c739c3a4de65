package io.finemesh.store.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes regular files as a tar stream that depends on their names and bytes only: no time, no owner, mode 0644, in the order given.
 * Names above 100 bytes and files of 8 GiB and more get a pax header.
 */
public final class TarWriter {
    private static final long MAX_OCTAL_SIZE = 0777_7777_7777L;
    private static final int MAX_NAME_BYTES = 100;
    private static final int END_BLOCKS = 2;
    private static final int CHUNK_BYTES = 256 * 1024;

    private final OutputStream out;

    /** @param out where the archive goes; neither flushed nor closed */
    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Produces a file's bytes. */
    @FunctionalInterface
    public interface Content {
        /** Writes exactly as many bytes as were announced. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Appends one file.
     *
     * @throws IOException if the content is not of the announced length; the archive is useless then
     */
    public void file(String name, long sizeBytes, Content content) throws IOException {
        byte[] pax = pax(name, sizeBytes);
        if (pax.length > 0) {
            header("pax", pax.length, 'x');
            out.write(pax);
            pad(pax.length);
        }
        header(name, sizeBytes, '0');
        Counted counted = new Counted();
        content.writeTo(counted);
        if (counted.count != sizeBytes) {
            throw new IOException(name + " was announced with " + sizeBytes + " bytes and has " + counted.count);
        }
        pad(sizeBytes);
    }

    /** Writes the end mark. */
    public void end() throws IOException {
        out.write(new byte[END_BLOCKS * TarReader.BLOCK_BYTES]);
    }

    /** Length of the archive of these files, which is known before any of them is read. */
    public static long archiveBytes(List<TarEntry> files) {
        long total = (long) END_BLOCKS * TarReader.BLOCK_BYTES;
        for (TarEntry file : files) {
            int pax = pax(file.name(), file.sizeBytes()).length;
            if (pax > 0) {
                total += TarReader.BLOCK_BYTES + pax + TarReader.padding(pax);
            }
            total = Math.addExact(
                    total,
                    Math.addExact(TarReader.BLOCK_BYTES, file.sizeBytes()) + TarReader.padding(file.sizeBytes()));
        }
        return total;
    }

    private static byte[] pax(String name, long sizeBytes) {
        StringBuilder records = new StringBuilder();
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            records.append(record("path", name));
        }
        if (sizeBytes > MAX_OCTAL_SIZE) {
            records.append(record("size", Long.toString(sizeBytes)));
        }
        return records.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The length counts its own digits, so it is tried until it agrees with itself. */
    private static String record(String key, String value) {
        int rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8).length;
        int length = rest + 1;
        while (rest + Integer.toString(length).length() != length) {
            length = rest + Integer.toString(length).length();
        }
        return length + " " + key + "=" + value + "\n";
    }

    private void header(String name, long size, char type) throws IOException {
        byte[] block = new byte[TarReader.BLOCK_BYTES];
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(nameBytes, 0, block, 0, Math.min(nameBytes.length, MAX_NAME_BYTES));
        put(block, 100, "0000644\0");
        put(block, 108, "0000000\0");
        put(block, 116, "0000000\0");
        // With a pax size record the field is not read; the largest number it can hold stands there.
        put(block, 124, "%011o\0".formatted(Math.min(size, MAX_OCTAL_SIZE)));
        put(block, 136, "00000000000\0");
        put(block, 148, "        ");
        block[156] = (byte) type;
        put(block, 257, "ustar\00000");
        int sum = 0;
        for (byte value : block) {
            sum += value & 0xFF;
        }
        put(block, 148, "%06o\0 ".formatted(sum));
        out.write(block);
    }

    private void pad(long size) throws IOException {
        out.write(new byte[TarReader.padding(size)]);
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    /** Passes on and counts. */
    private final class Counted extends OutputStream {
        private long count;

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; ) {
                int part = Math.min(CHUNK_BYTES, length - done);
                out.write(bytes, offset + done, part);
                done += part;
            }
            count += length;
        }
    }
}
