package io.finemesh.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command line of the embedded mesh: {@code up}, {@code down}, {@code status}, {@code logs}. */
@Command(
        name = "finemesh",
        description = "Runs the mesh on this machine: broker, object store and the five services.",
        subcommands = {UpCommand.class, DownCommand.class, StatusCommand.class, LogsCommand.class},
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    static final int FAILED = 1;
    static final int NOT_RUNNING = 3;

    private static final String ROOT_PROPERTY = "finemesh.root";

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        System.setProperty("java.util.logging.manager", LogRouting.PatientLogManager.class.getName());
        Logger root = LogManager.getLogManager().getLogger("");
        for (Handler console : root.getHandlers()) {
            root.removeHandler(console);
        }
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, commandLine, parsed) -> {
                    if (failure instanceof MeshException || failure instanceof IllegalArgumentException) {
                        commandLine.getErr().println(failure.getMessage());
                        return FAILED;
                    }
                    throw failure;
                })
                .execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say which: up, down, status or logs");
    }

    /** The layout that a person's environment describes. */
    static MeshLayout layout() {
        return MeshLayout.ofEnvironment(root(), System.getenv());
    }

    /** The launcher script names the repository; without it, it is the nearest folder upward that has a gateway and a pom.xml. */
    private static Path root() {
        String named = System.getProperty(ROOT_PROPERTY, "");
        if (!named.isBlank()) {
            return Path.of(named);
        }
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("pom.xml")) && Files.isDirectory(folder.resolve("gateway"))) {
                return folder;
            }
        }
        throw new MeshException("No Finemesh repository at or above " + here
                + "; run ./finemesh of a checkout, or pass -D" + ROOT_PROPERTY + "=<folder>");
    }
}
