package io.finemesh.workbench.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts a process that reads a case from its input and prints a measurement as the last line of its output. */
final class MeasuringProcess {
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private MeasuringProcess() {}

    /**
     * Runs it to its end.
     *
     * @throws IOException when it cannot be started, fails, or says nothing; with the end of what it said
     */
    static Measurement run(List<String> command, Map<String, String> environment, BenchCase wanted)
            throws IOException, InterruptedException {
        Path complaints = Files.createTempFile("finemesh-bench", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(complaints.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (OutputStream input = process.getOutputStream()) {
                input.write(wanted.json().getBytes(UTF_8));
            }
            List<String> said = new String(process.getInputStream().readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("{"))
                    .toList();
            int status = process.waitFor();
            if (status != 0 || said.isEmpty()) {
                throw new IOException(command.getFirst() + " ended with status " + status + " and no figures:\n"
                        + lastLines(Files.readString(complaints)));
            }
            return JSON.readValue(said.getLast(), Measurement.class);
        } finally {
            Files.delete(complaints);
        }
    }

    private static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    }
}
