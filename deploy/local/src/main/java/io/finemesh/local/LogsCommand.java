package io.finemesh.local;

import io.finemesh.local.process.LogFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the end of a component's log, and what is added to it. */
@Command(name = "logs", description = "Shows the log of a component.", mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
    private static final String SUFFIX = ".log";

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            description = "A service, or kafka, s3, mesh; without it the names are listed.")
    private String name;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on showing what is added, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            defaultValue = "100",
            description = "How many lines, ${DEFAULT-VALUE} if not given.")
    private int lines;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        MeshLayout layout = Main.layout();
        PrintWriter out = spec.commandLine().getOut();
        List<String> names = names(layout.home().logs());
        if (name == null) {
            out.println(
                    names.isEmpty() ? "There are no logs in " + layout.home().logs() : String.join("\n", names));
            return 0;
        }
        if (!names.contains(name)) {
            spec.commandLine()
                    .getErr()
                    .println("There is no log \"" + name + "\" in "
                            + layout.home().logs()
                            + (names.isEmpty()
                                    ? "; it is empty until the first ./finemesh up"
                                    : "; there are " + String.join(", ", names)));
            return Main.FAILED;
        }
        LogFile log = layout.home().log(name);
        log.tail(lines).forEach(out::println);
        out.flush();
        if (follow) {
            log.follow(System.out, false, () -> false);
        }
        return 0;
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(SUFFIX))
                    .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        }
    }
}
