package io.finemesh.local.process;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a child is started.
 *
 * @param name what people call it
 * @param command program and arguments
 * @param environment added to this process's own environment
 * @param directory working directory
 * @param log where its output goes
 * @param readiness answers 200 to a GET when the child can do its work
 */
public record Launch(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path directory,
        LogFile log,
        URI readiness) {

    /**
     * Ctrl-C reaches every process of the terminal's foreground group. Children must end in order, by SIGTERM, so they get a group of
     * their own where the system has the tool for it; it replaces itself by the command and keeps the process id.
     */
    private static final Path NEW_SESSION = Path.of("/usr/bin/setsid");

    public Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** The command in a process group of its own, where that is possible. */
    public static List<String> detached(List<String> command) {
        if (!Files.isExecutable(NEW_SESSION)) {
            return command;
        }
        List<String> detached = new ArrayList<>();
        detached.add(NEW_SESSION.toString());
        detached.addAll(command);
        return detached;
    }

    Process start() throws IOException {
        Files.createDirectories(directory);
        log.rotate();
        ProcessBuilder builder = new ProcessBuilder(detached(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.path().toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
