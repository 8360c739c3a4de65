package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.display.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a data set or a row has touched. */
@Command(
        name = "impact",
        description = "Show the runs, checkpoints and models that a data set or a row has touched.",
        mixinStandardHelpOptions = true)
public final class ImpactCommand implements Callable<Integer> {
    private static final int SHOWN = 400;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Mixin
    private Session session;

    @Parameters(
            paramLabel = "DATASET[:ROW]",
            description =
                    "data set, name@number, or name:row with the row's id, its first 8 digits, or slice.place; the row's number, from 1, in a data set that was uploaded whole")
    private String suspect;

    @Override
    public Integer call() throws Exception {
        if (suspect.endsWith(":")) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "'" + suspect + "' names no row behind the colon; leave the colon out for the whole data set");
        }
        try (Gateway gateway = session.open()) {
            show(session, gateway.get(path(suspect)));
            return Session.OK;
        }
    }

    /** Where the gateway answers about {@code DATASET[:ROW]}. */
    static String path(String suspect) {
        int colon = suspect.indexOf(':');
        return colon < 0
                ? "/v1/impact/" + Gateway.encode(suspect)
                : "/v1/impact/" + Gateway.encode(suspect.substring(0, colon)) + "?row="
                        + Gateway.encode(suspect.substring(colon + 1));
    }

    /** A row may have megabytes. */
    private static String shown(String text) {
        return text.codePointCount(0, text.length()) <= SHOWN
                ? text
                : text.substring(0, text.offsetByCodePoints(0, SHOWN)) + " ... (" + text.length() + " characters)";
    }

    private static void stillAtWork(Session session, JsonNode run) {
        if (List.of("submitted", "accepted", "training", "evaluating")
                .contains(run.path("phase").asText())) {
            String id = run.path("id").asText();
            session.out().println(id + " has not ended and goes on with it; `finemesh cancel " + id + "` ends it");
        }
    }

    static void show(Session session, JsonNode impact) {
        if (session.json()) {
            session.print(impact);
            return;
        }
        JsonNode row = impact.path("row");
        if (!row.isMissingNode()) {
            session.out()
                    .println("row " + row.path("row").asText().substring(0, 16) + " came with "
                            + row.path("since").asText() + " ("
                            + row.path("part").asText() + ")"
                            + (row.has("removedIn")
                                    ? ", taken away in slice "
                                            + row.path("removedIn").asText()
                                    : ""));
            if (row.has("text")) {
                session.out().println("  " + shown(row.path("text").asText()));
            }
        }
        if (impact.path("runs").isEmpty()) {
            session.out().println("no run was trained on it");
        } else {
            Table table = new Table("RUN", "PHASE", "HOW", "DATASET", "FROM STEP", "TOUCHED", "LAST UNTOUCHED");
            for (JsonNode run : impact.path("runs")) {
                table.row(
                        run.path("id").asText(),
                        run.path("phase").asText(),
                        run.path("directly").asBoolean() ? "trained on it" : "started from it",
                        run.path("dataset").asText("-"),
                        // As everywhere on the command line: the first step is step 1.
                        run.has("firstStep")
                                ? Long.toString(run.path("firstStep").asLong() + 1)
                                : "all",
                        Integer.toString(run.path("checkpoints").size()),
                        run.path("clean").asText("-"));
            }
            table.print(session.out());
            impact.path("runs").forEach(run -> stillAtWork(session, run));
        }
        session.out()
                .println("models that stand for a touched checkpoint: "
                        + (impact.path("models").isEmpty() ? "none" : impact.path("models")));
        if (!impact.path("aliases").isEmpty()) {
            session.out().println("aliases that a touched checkpoint holds: " + impact.path("aliases"));
        }
        if (!impact.path("evaluations").isEmpty()) {
            session.out().println("evaluations on it: " + impact.path("evaluations"));
        }
    }
}
