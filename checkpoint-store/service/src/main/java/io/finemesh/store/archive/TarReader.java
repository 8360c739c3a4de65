package io.finemesh.store.archive;

import io.finemesh.store.archive.TarEntry.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a tar stream front to back: ustar, pax extended headers (path and size), and GNU long names. Whatever a header claims, no more
 * than {@value #MAX_EXTENSION_BYTES} bytes are held for it. An archive without its end mark was cut off and is refused.
 */
public final class TarReader {
    static final int BLOCK_BYTES = 512;
    static final int MAX_EXTENSION_BYTES = 64 * 1024;

    private static final int NAME_AT = 0;
    private static final int NAME_BYTES = 100;
    private static final int SIZE_AT = 124;
    private static final int NUMBER_BYTES = 12;
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_BYTES = 8;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final int MAGIC_BYTES = 6;
    private static final int PREFIX_AT = 345;
    private static final int PREFIX_BYTES = 155;

    private final InputStream in;
    private long contentLeft;
    private int paddingLeft;

    /** @param in positioned at the archive's first byte; not closed */
    public TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * Skips what is left of the last entry and reads the next header.
     *
     * @return empty at the end mark
     * @throws TarException if the stream is not an archive, or ends before its end mark
     */
    public Optional<TarEntry> next() throws IOException {
        skip(contentLeft + paddingLeft);
        contentLeft = 0;
        paddingLeft = 0;
        Map<String, String> pax = new HashMap<>();
        Optional<String> longName = Optional.empty();
        while (true) {
            byte[] header = new byte[BLOCK_BYTES];
            int read = in.readNBytes(header, 0, BLOCK_BYTES);
            if (read < BLOCK_BYTES) {
                throw new TarException(
                        read == 0
                                ? "the archive ends without its end mark; it was cut off"
                                : "the archive ends in a header");
            }
            if (isZero(header)) {
                return Optional.empty();
            }
            requireChecksum(header);
            long size = number(header, SIZE_AT, "size");
            char type = (char) (header[TYPE_AT] & 0xFF);
            switch (type) {
                case 'x' -> parsePax(extension(size), pax);
                case 'g', 'K' -> extension(size);
                case 'L' -> longName = Optional.of(text(trimZeros(extension(size)), "a long name"));
                default -> {
                    return Optional.of(entry(header, type, size, pax, longName));
                }
            }
        }
    }

    /** The current entry's content, to be read before {@link #next}. */
    public InputStream content() {
        return new Content();
    }

    private TarEntry entry(byte[] header, char type, long size, Map<String, String> pax, Optional<String> longName)
            throws TarException {
        String name = pax.containsKey("path") ? pax.get("path") : longName.isPresent() ? longName.get() : name(header);
        long realSize = pax.containsKey("size") ? decimal(pax.get("size")) : size;
        boolean sparse = pax.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse"));
        Kind kind =
                switch (type) {
                    case '0', '\0', '7' -> name.endsWith("/") ? Kind.DIRECTORY : sparse ? Kind.SPECIAL : Kind.FILE;
                    case '5' -> Kind.DIRECTORY;
                    case '1', '2' -> Kind.LINK;
                    default -> Kind.SPECIAL;
                };
        contentLeft = realSize;
        paddingLeft = padding(realSize);
        return new TarEntry(name, kind, realSize);
    }

    private String name(byte[] header) throws TarException {
        String name = text(trimZeros(slice(header, NAME_AT, NAME_BYTES)), "a name");
        String magic = new String(header, MAGIC_AT, MAGIC_BYTES, StandardCharsets.ISO_8859_1);
        if (!magic.equals("ustar\0")) {
            return name;
        }
        String prefix = text(trimZeros(slice(header, PREFIX_AT, PREFIX_BYTES)), "a name's prefix");
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private byte[] extension(long size) throws IOException {
        if (size > MAX_EXTENSION_BYTES) {
            throw new TarException("an extended header claims " + size + " bytes; allowed: " + MAX_EXTENSION_BYTES);
        }
        byte[] bytes = in.readNBytes((int) size);
        if (bytes.length < size) {
            throw new TarException("the archive ends in an extended header");
        }
        skip(padding(size));
        return bytes;
    }

    /** Records are {@code length key=value\n}, where the length counts itself (POSIX.1-2017, pax, "pax Extended Header"). */
    private static void parsePax(byte[] records, Map<String, String> into) throws TarException {
        int at = 0;
        while (at < records.length) {
            int space = indexOf(records, (byte) ' ', at);
            if (space < 0 || space - at > 5) {
                throw new TarException("an extended header has a record without a length");
            }
            long length = decimal(new String(records, at, space - at, StandardCharsets.ISO_8859_1));
            int end = (int) Math.min(at + length, (long) records.length + 1);
            int equals = indexOf(records, (byte) '=', space);
            if (end > records.length || end <= space + 2 || records[end - 1] != '\n' || equals < 0 || equals >= end) {
                throw new TarException("an extended header has a malformed record");
            }
            String key = text(slice(records, space + 1, equals - space - 1), "an extended header's key");
            into.put(key, text(slice(records, equals + 1, end - 1 - equals - 1), "an extended header's value"));
            at = end;
        }
    }

    private void skip(long count) throws IOException {
        try {
            in.skipNBytes(count);
        } catch (EOFException early) {
            throw new TarException("the archive ends inside a member; it was cut off");
        }
    }

    private static void requireChecksum(byte[] header) throws TarException {
        int unsigned = 0;
        int signed = 0;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            byte value = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_BYTES ? (byte) ' ' : header[i];
            unsigned += value & 0xFF;
            signed += value;
        }
        String stated = new String(slice(header, CHECKSUM_AT, CHECKSUM_BYTES), StandardCharsets.ISO_8859_1)
                .replace('\0', ' ')
                .trim()
                .replaceFirst("^0+(?=.)", "");
        // Some old writers summed signed bytes.
        if (!stated.equals(Integer.toOctalString(unsigned)) && !stated.equals(Integer.toOctalString(signed))) {
            throw new TarException(
                    "a header's checksum does not match; this is not a tar archive (a compressed one must be"
                            + " decompressed first)");
        }
    }

    private static long number(byte[] header, int at, String field) throws TarException {
        if ((header[at] & 0x80) == 0) {
            return octal(slice(header, at, NUMBER_BYTES), field);
        }
        // GNU base-256: the first bit says so, the rest is a big-endian number; what exceeds 63 bits is no size.
        long value = header[at] & 0x7F;
        for (int i = 1; i < NUMBER_BYTES; i++) {
            if (value >>> 55 != 0) {
                throw new TarException("a header's " + field + " does not fit in 63 bits");
            }
            value = value << 8 | header[at + i] & 0xFF;
        }
        return value;
    }

    private static long octal(byte[] field, String name) throws TarException {
        String text = new String(field, StandardCharsets.ISO_8859_1)
                .replace('\0', ' ')
                .trim();
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseUnsignedLong(requireDigits(text), 8);
        } catch (NumberFormatException malformed) {
            throw new TarException("a header's " + name + " is not an octal number");
        }
    }

    private static long decimal(String text) throws TarException {
        try {
            return Long.parseLong(requireDigits(text));
        } catch (NumberFormatException malformed) {
            throw new TarException("an extended header has a number that is none");
        }
    }

    private static String requireDigits(String text) {
        if (!text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new NumberFormatException(text);
        }
        return text;
    }

    private static String text(byte[] bytes, String what) throws TarException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new TarException(what + " is not UTF-8");
        }
    }

    private static byte[] slice(byte[] bytes, int at, int count) {
        byte[] slice = new byte[count];
        System.arraycopy(bytes, at, slice, 0, count);
        return slice;
    }

    private static byte[] trimZeros(byte[] bytes) {
        int end = indexOf(bytes, (byte) 0, 0);
        return end < 0 ? bytes : slice(bytes, 0, end);
    }

    private static int indexOf(byte[] bytes, byte wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isZero(byte[] block) {
        for (byte value : block) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    static int padding(long size) {
        return (int) ((BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES);
    }

    /** The rest of the current entry. */
    private final class Content extends InputStream {
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
            if (contentLeft == 0) {
                return -1;
            }
            int count = in.read(into, offset, (int) Math.min(length, contentLeft));
            if (count < 0) {
                throw new TarException("the archive ends inside a member; it was cut off");
            }
            contentLeft -= count;
            return count;
        }
    }
}
