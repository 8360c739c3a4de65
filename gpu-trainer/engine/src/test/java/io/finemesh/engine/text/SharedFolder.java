package io.finemesh.engine.text;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Real models and golden numbers beside the checkout; tests that need them are skipped, by name, where they are absent. */
public final class SharedFolder {
    private SharedFolder() {}

    /** A file or folder of it, or the test is skipped. */
    public static Path require(String relative) {
        Path path = Path.of(System.getProperty("finemesh.shared", "../shared")).resolve(relative);
        assumeTrue(Files.exists(path), () -> "skipped: " + path.toAbsolutePath().normalize() + " is missing");
        return path;
    }
}
