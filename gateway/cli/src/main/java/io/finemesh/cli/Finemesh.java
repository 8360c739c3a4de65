package io.finemesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.GatewayProblem;
import io.finemesh.cli.command.AliasesCommand;
import io.finemesh.cli.command.ApproveCommand;
import io.finemesh.cli.command.CancelCommand;
import io.finemesh.cli.command.ConnectorsCommand;
import io.finemesh.cli.command.DatasetsCommand;
import io.finemesh.cli.command.EvaluateCommand;
import io.finemesh.cli.command.ExportCommand;
import io.finemesh.cli.command.ImpactCommand;
import io.finemesh.cli.command.InspectCommand;
import io.finemesh.cli.command.ModelsCommand;
import io.finemesh.cli.command.PlanCommand;
import io.finemesh.cli.command.PolicyCommand;
import io.finemesh.cli.command.PromoteCommand;
import io.finemesh.cli.command.QuarantineCommand;
import io.finemesh.cli.command.RejectCommand;
import io.finemesh.cli.command.ReportCommand;
import io.finemesh.cli.command.RollbackCommand;
import io.finemesh.cli.command.RunCommand;
import io.finemesh.cli.command.RunsCommand;
import io.finemesh.cli.command.ScoreCommand;
import io.finemesh.cli.command.Session;
import io.finemesh.cli.command.ShowCommand;
import io.finemesh.cli.command.TemplateCommand;
import io.finemesh.cli.command.WatchCommand;
import io.finemesh.cli.command.WhyCommand;
import io.finemesh.cli.hub.HubException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;

/** Entry point of the command line. */
@Command(
        name = "finemesh",
        description = "Fine-tune all parameters of a language model, one block at a time.",
        mixinStandardHelpOptions = true,
        version = "finemesh 0.1.0",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the answer is no: a run that did not complete, a file that is not valid",
            "2:the command line is wrong, or a file cannot be read",
            "3:the gateway, or a hub of data sets, refused the request",
            "4:the gateway, or a hub, does not answer, or not as it should",
            "5:this machine has no room: its disk is full, or its memory"
        },
        footer = "%nThe launcher knows more: demo, test, up, down, status, logs, parity, bench (./finemesh help).",
        subcommands = {
            RunCommand.class,
            WatchCommand.class,
            RunsCommand.class,
            ShowCommand.class,
            CancelCommand.class,
            ModelsCommand.class,
            DatasetsCommand.class,
            ConnectorsCommand.class,
            PolicyCommand.class,
            ImpactCommand.class,
            QuarantineCommand.class,
            ExportCommand.class,
            AliasesCommand.class,
            PromoteCommand.class,
            RollbackCommand.class,
            ApproveCommand.class,
            RejectCommand.class,
            WhyCommand.class,
            EvaluateCommand.class,
            ReportCommand.class,
            InspectCommand.class,
            ScoreCommand.class,
            PlanCommand.class,
            TemplateCommand.class
        })
public final class Finemesh implements Runnable {
    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed");
    }

    /** The parsed form, ready to execute; tests run it in their own process. */
    public static CommandLine commandLine() {
        return commandLine(System.getenv());
    }

    /** The same in another environment. */
    static CommandLine commandLine(Map<String, String> environment) {
        IExecutionExceptionHandler problems = (exception, line, parsed) -> switch (exception) {
            case GatewayProblem problem -> {
                tell(line, parsed, problem.body(), problem.getMessage());
                yield problem.isUnreachable() ? Session.UNREACHABLE : Session.REFUSED;
            }
            case HubException hub -> {
                tell(
                        line,
                        parsed,
                        GatewayProblem.document("A hub's data cannot be had", hub.getMessage()),
                        hub.getMessage());
                yield status(hub.reason());
            }
            case IOException unreadable -> {
                String reason = reason(unreadable);
                tell(line, parsed, GatewayProblem.document("A file cannot be used", reason), reason);
                yield saysFull(reason) ? Session.NO_ROOM : Session.USAGE;
            }
            default -> throw exception;
        };
        IFactory standard = CommandLine.defaultFactory();
        IFactory parts = new IFactory() {
            @Override
            public <K> K create(Class<K> kind) throws Exception {
                return kind.equals(Session.class) ? kind.cast(new Session(environment)) : standard.create(kind);
            }
        };
        return new CommandLine(new Finemesh(), parts)
                .setExecutionExceptionHandler(problems)
                .setExecutionStrategy(Finemesh::execute)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** Runs what was asked for; memory that does not suffice is said in a line. */
    private static int execute(ParseResult parsed) {
        try {
            return new RunLast().execute(parsed);
        } catch (OutOfMemoryError exhausted) {
            CommandLine line = parsed.commandSpec().commandLine();
            String reason = "there is not enough memory for this (" + exhausted.getMessage() + ")";
            tell(line, parsed, GatewayProblem.document("Out of memory", reason), reason);
            return Session.NO_ROOM;
        }
    }

    /** A problem where its reader looks: one line of JSON on the output for a program, text on the error output for a person. */
    private static void tell(CommandLine line, ParseResult parsed, JsonNode document, String text) {
        if (asksForJson(parsed)) {
            line.getOut().println(document);
        } else {
            line.getErr().println(text);
        }
    }

    private static boolean asksForJson(ParseResult parsed) {
        return parsed.hasMatchedOption("--json")
                || parsed.subcommands().stream().anyMatch(Finemesh::asksForJson);
    }

    private static int status(HubException.Reason reason) {
        return switch (reason) {
            case MALFORMED, AMBIGUOUS -> Session.USAGE;
            case UNAUTHORIZED, NOT_FOUND, INCOMPLETE, TOO_LARGE -> Session.REFUSED;
            case RATE_LIMITED, SERVER_FAILED, NO_ANSWER, CORRUPT -> Session.UNREACHABLE;
            case DISK -> Session.NO_ROOM;
        };
    }

    /** As operating systems say it. */
    private static boolean saysFull(String reason) {
        String text = reason.toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("quota exceeded") || text.contains("not enough space");
    }

    private static String reason(IOException exception) {
        return switch (exception) {
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case AccessDeniedException denied -> denied.getFile() + " may not be read or written";
            case FileAlreadyExistsException taken -> taken.getFile() + " exists already; name another";
            case FileSystemException file when file.getReason() != null -> file.getFile() + ": " + file.getReason();
            default -> String.valueOf(exception.getMessage());
        };
    }

    /** Entry point. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
