package io.finemesh.score;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Published data and golden numbers that stand beside a checkout; a test that needs them says which are missing. */
public final class SharedData {
    private SharedData() {}

    public static byte[] bytes(String relative) {
        Path file = Path.of(System.getProperty("finemesh.shared", "../shared")).resolve(relative);
        Assumptions.assumeTrue(Files.isRegularFile(file), "skipped: " + file + " is not there");
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public static JsonNode json(String relative) {
        try {
            return new ObjectMapper().readTree(bytes(relative));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
