package io.finemesh.checkpoint.digest;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 (FIPS 180-4) written as 64 lower-case hexadecimal digits, the only spelling the mesh knows. */
public final class Sha256 {
    private static final int CHUNK_BYTES = 256 * 1024;
    private static final int HEX_LENGTH = 64;

    private Sha256() {}

    /** A fresh digest; feed it and hand it to {@link #finish}. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            // Cannot happen because every Java platform must provide SHA-256 (MessageDigest's own contract).
            throw new IllegalStateException("this Java runtime has no SHA-256", absent);
        }
    }

    /** Ends the digest and resets it. */
    public static String finish(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The digest of bytes in memory. */
    public static String of(byte[] bytes) {
        MessageDigest digest = start();
        digest.update(bytes);
        return finish(digest);
    }

    /** The digest of a segment of any size, read in chunks. */
    public static String of(MemorySegment bytes) {
        MessageDigest digest = start();
        byte[] chunk = new byte[CHUNK_BYTES];
        for (long done = 0; done < bytes.byteSize(); ) {
            int count = (int) Math.min(chunk.length, bytes.byteSize() - done);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, chunk, 0, count);
            digest.update(chunk, 0, count);
            done += count;
        }
        return finish(digest);
    }

    /** The digest of a whole file, read in chunks. */
    public static String of(Path file) throws IOException {
        MessageDigest digest = start();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return finish(digest);
    }

    /** Whether the text is a digest as the mesh spells it: exactly 64 digits of {@code 0-9a-f}. */
    public static boolean isDigest(String text) {
        if (text.length() != HEX_LENGTH) {
            return false;
        }
        for (int i = 0; i < HEX_LENGTH; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }
}
