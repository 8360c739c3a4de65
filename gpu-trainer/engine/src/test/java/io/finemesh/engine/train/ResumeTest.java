package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** N steps equal k steps, save, new process, load, N-k steps: every bit of every loss, norm, weight and moment. */
class ResumeTest {
    private static final int STEPS = 20;
    private static final int SEGMENTS = STEPS / TinyRun.SEGMENT_STEPS;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "adamw, FP32, 2",
        "badam, BF16, 2",
        "galore-8bit, BF16, 3",
        "galore-randomised, BF16, 2",
        "adamw-kahan, BF16, 2",
        "adalomo, BF16, 2"
    })
    void aNewProcessContinuesAsIfNothingHadHappened(String method, String precision, int firstSegments)
            throws Exception {
        List<String> uninterrupted = trainHere(arguments(method, precision, SEGMENTS, "-", "whole"));

        List<String> resumed = new ArrayList<>(trainHere(arguments(method, precision, firstSegments, "-", "half")));
        resumed.addAll(trainElsewhere(
                arguments(
                        method,
                        precision,
                        SEGMENTS - firstSegments,
                        folder.resolve("half").toString(),
                        "rest"),
                "rest"));

        assertThat(uninterrupted).hasSize(STEPS);
        assertThat(resumed).isEqualTo(uninterrupted);
        for (String file : List.of("weights.safetensors", "state.safetensors", "cursor.json")) {
            assertThat(Files.mismatch(
                            folder.resolve("rest").resolve(file),
                            folder.resolve("whole").resolve(file)))
                    .as("first differing byte of " + file)
                    .isEqualTo(-1);
        }
        // Adapters change no weight, and between visits of blocks there is no state.
        assertThat(List.of("weights.safetensors", "state.safetensors"))
                .as("the second half changed something")
                .anyMatch(file -> differ(
                        folder.resolve("half").resolve(file),
                        folder.resolve("whole").resolve(file)));
    }

    private static boolean differ(Path one, Path other) {
        try {
            return Files.mismatch(one, other) != -1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String[] arguments(String method, String precision, int segments, String from, String to) {
        return new String[] {
            method,
            precision,
            Integer.toString(STEPS),
            Integer.toString(segments),
            from,
            folder.resolve(to).toString()
        };
    }

    /** Runs {@link ResumeProgram} in this process; returns its lines. */
    private static List<String> trainHere(String... arguments) throws Exception {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(lines, true, StandardCharsets.UTF_8)) {
            ResumeProgram.train(out, arguments);
        }
        return lines.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** Runs {@link ResumeProgram} with this process's Java, class path and environment; returns its lines. */
    private List<String> trainElsewhere(String[] arguments, String name) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-javaagent") && !argument.startsWith("-agentlib"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ResumeProgram.class.getName()));
        command.addAll(List.of(arguments));
        Path errors = folder.resolve(name + ".err");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        return lines;
    }
}
