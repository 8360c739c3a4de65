package io.finemesh.local.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Access key and secret of the object store. Made once, kept in a file that only its owner may read, given to the checkpoint store
 * and to nobody else.
 */
public record StorageCredentials(String accessKey, String secretKey) {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final String ACCESS_KEY = "accessKey";
    private static final String SECRET_KEY = "secretKey";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /**
     * The credentials in {@code file}, made if it does not exist. A file that others could read is closed to them.
     *
     * @throws UncheckedIOException when the file cannot be read or written, or does not hold both keys
     */
    public static StorageCredentials loadOrCreate(Path file, RandomGenerator random) {
        try {
            if (!Files.exists(file)) {
                create(file, random);
            }
            restrict(file);
            Properties properties = new Properties();
            try (var reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
            String accessKey = properties.getProperty(ACCESS_KEY, "");
            String secretKey = properties.getProperty(SECRET_KEY, "");
            if (accessKey.isBlank() || secretKey.isBlank()) {
                throw new IOException(file + " must hold the lines " + ACCESS_KEY + "=... and " + SECRET_KEY
                        + "=...; delete it to have new ones made");
            }
            return new StorageCredentials(accessKey, secretKey);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "StorageCredentials[accessKey=" + accessKey + "]";
    }

    private static void create(Path file, RandomGenerator random) throws IOException {
        Files.createDirectories(file.getParent());
        String content = ACCESS_KEY + "=FM" + text(18, random).toUpperCase(Locale.ROOT) + "\n" + SECRET_KEY + "="
                + text(40, random) + "\n";
        // Written beside and renamed: a crash leaves no half file. It is private before the secret is in it.
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        Files.createFile(beside);
        restrict(beside);
        Files.writeString(beside, content, StandardCharsets.UTF_8);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void restrict(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, OWNER_ONLY);
        }
    }

    private static String text(int length, RandomGenerator random) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}
