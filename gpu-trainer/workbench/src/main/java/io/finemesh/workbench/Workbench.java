package io.finemesh.workbench;

import io.finemesh.workbench.bench.BenchCommand;
import io.finemesh.workbench.parity.ParityCommand;
import io.finemesh.workbench.update.ReportCommand;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point of the commands that run the engine in their own process, without a mesh. */
@Command(
        name = "finemesh",
        description = "Checks and measurements of the engine, without a mesh.",
        mixinStandardHelpOptions = true,
        version = "finemesh 0.1.0",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, and everything agrees",
            "1:something does not agree, or could not be checked",
            "2:the command line is wrong, or a file cannot be read"
        },
        subcommands = {ParityCommand.class, BenchCommand.class, ReportCommand.class})
public final class Workbench implements Runnable {
    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed");
    }

    /** The parsed form, ready to execute; tests run it in their own process. */
    public static CommandLine commandLine() {
        return new CommandLine(new Workbench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, line, parsed) -> {
                    if (exception instanceof IOException unreadable) {
                        line.getErr().println("finemesh: " + unreadable.getMessage());
                        return 2;
                    }
                    throw exception;
                });
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
