package io.finemesh.local.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process as a person is told about it.
 *
 * @param commandLine what it runs, where the system lets us see it
 */
public record ProcessDescription(long pid, Optional<String> commandLine) {
    private static final int LONGEST_SHOWN = 160;

    public static ProcessDescription of(long pid) {
        return new ProcessDescription(pid, read(pid).filter(line -> !line.isBlank()));
    }

    @Override
    public String toString() {
        return "process " + pid
                + commandLine.map(line -> " (" + shorten(line) + ")").orElse("");
    }

    private static Optional<String> read(long pid) {
        Path file = Path.of("/proc", Long.toString(pid), "cmdline");
        try {
            if (Files.isReadable(file)) {
                return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                        .replace('\0', ' ')
                        .strip());
            }
        } catch (IOException gone) {
            return Optional.empty();
        }
        return ProcessHandle.of(pid).flatMap(handle -> handle.info().commandLine());
    }

    /** The start says which program, the end which service: a Java command line is mostly class path between them. */
    private static String shorten(String line) {
        if (line.length() <= LONGEST_SHOWN) {
            return line;
        }
        int half = (LONGEST_SHOWN - 5) / 2;
        return line.substring(0, half) + " ... " + line.substring(line.length() - half);
    }
}
