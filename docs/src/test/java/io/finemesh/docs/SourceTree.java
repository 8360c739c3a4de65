package io.finemesh.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkout that is being tested: where its modules and sources are. */
final class SourceTree {
    /** Modules with production code, as folders below the root; the layering rules see the classes of all of them. */
    static final List<String> MODULES = List.of(
            "contract",
            "checkpoint-store/format",
            "checkpoint-store/dataset",
            "gpu-trainer/template",
            "gpu-trainer/plan",
            "gpu-trainer/engine",
            "checkpoint-store/service",
            "gpu-trainer/service",
            "scheduler",
            "evaluator/score",
            "evaluator/service",
            "gateway/service",
            "gateway/cli",
            "gpu-trainer/workbench",
            "deploy/local",
            "deploy/demo");

    static final Path ROOT = Path.of(System.getProperty("finemesh.root", ".."));

    private SourceTree() {}

    static Path file(String relative) {
        return ROOT.resolve(relative);
    }

    /** Every production source file. */
    static List<Path> mainSources() {
        return MODULES.stream()
                .flatMap(module -> javaFiles(file(module).resolve("src/main/java")).stream())
                .toList();
    }

    /** Every source file, tests included. */
    static List<Path> allSources() {
        return Stream.concat(MODULES.stream(), Stream.of("docs", "deploy/e2e"))
                .flatMap(module -> javaFiles(file(module).resolve("src")).stream())
                .toList();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static List<Path> javaFiles(Path folder) {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
