package io.finemesh.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageCredentialsTest {
    @TempDir
    Path folder;

    @Test
    void areMadeOnceAndDifferBetweenInstallations() {
        StorageCredentials made = StorageCredentials.loadOrCreate(folder.resolve("one/keys"), new Random(1));

        assertThat(StorageCredentials.loadOrCreate(folder.resolve("one/keys"), new Random(2)))
                .isEqualTo(made);
        assertThat(StorageCredentials.loadOrCreate(folder.resolve("two/keys"), new Random(2)))
                .isNotEqualTo(made);
        assertThat(made.accessKey()).matches("FM[A-Z0-9]{18}");
        assertThat(made.secretKey()).matches("[A-Za-z0-9]{40}");
    }

    @Test
    void areReadableByTheirOwnerOnlyEvenIfTheyWereNot() throws Exception {
        Path file = folder.resolve("keys");
        StorageCredentials.loadOrCreate(file, new Random(1));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        StorageCredentials.loadOrCreate(file, new Random(1));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aFileWithoutAKeyIsRefusedWithTheWayOut() throws Exception {
        Path file = Files.writeString(folder.resolve("keys"), "accessKey=only\n");

        assertThatThrownBy(() -> StorageCredentials.loadOrCreate(file, new Random(1)))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("secretKey=")
                .hasMessageContaining("delete it");
    }

    @Test
    void doNotShowTheSecret() {
        StorageCredentials credentials = new StorageCredentials("visible", "hidden");

        assertThat(credentials.toString()).contains("visible").doesNotContain("hidden");
    }
}
