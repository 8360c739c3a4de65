package io.finemesh.cli.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a hub's entity tag says of a file: SHA-256 of what it keeps outside of Git, 64 digits, or Git's own name of a blob, 40 digits: SHA-1 over {@code blob LENGTH\0} and the bytes. Any other tag says nothing.
 */
final class HubChecksum {
    private HubChecksum() {}

    /** Whether a file is the one that a tag names; true where the tag names nothing. */
    static boolean fits(String entityTag, Path file) throws IOException {
        String digits = entityTag.replaceFirst("^W/", "").replace("\"", "");
        if (digits.matches("[0-9a-f]{64}")) {
            return digest("SHA-256", "", file).equals(digits);
        }
        return !digits.matches("[0-9a-f]{40}")
                || digest("SHA-1", "blob " + Files.size(file) + "\0", file).equals(digits);
    }

    private static String digest(String algorithm, String before, Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(before.getBytes(US_ASCII));
            byte[] buffer = new byte[1 << 16];
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has " + algorithm, impossible);
        }
    }
}
