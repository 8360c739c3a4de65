package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.display.Table;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists runs, newest first. */
@Command(name = "runs", description = "List runs, newest first.", mixinStandardHelpOptions = true)
public final class RunsCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Option(names = "--limit", defaultValue = "20", description = "at most this many (default: ${DEFAULT-VALUE})")
    private int limit;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode answer = gateway.get("/v1/runs?limit=" + limit);
            if (session.json()) {
                session.print(answer);
                return Session.OK;
            }
            Table table = new Table("RUN", "NAME", "PHASE", "METHOD", "MODEL", "DATASET", "STEPS", "LOSS");
            for (JsonNode run : answer.path("runs")) {
                table.row(
                        run.path("id").asText(),
                        run.path("name").asText(),
                        run.path("phase").asText(),
                        run.path("method").asText(),
                        run.path("model").asText(),
                        run.path("dataset").asText(),
                        run.path("steps").asText() + "/"
                                + run.path("totalSteps").asText("?"),
                        run.has("loss")
                                ? String.format(
                                        Locale.ROOT, "%.4f", run.path("loss").asDouble())
                                : "-");
            }
            table.print(session.out());
            return Session.OK;
        }
    }
}
