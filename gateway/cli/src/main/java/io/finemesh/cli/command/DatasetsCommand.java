package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.display.Quantity;
import io.finemesh.cli.display.Table;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists data sets; its subcommand adds one. */
@Command(name = "datasets", description = "List or add data sets.", mixinStandardHelpOptions = true)
public final class DatasetsCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode answer = gateway.get("/v1/datasets");
            if (session.json()) {
                session.print(answer);
                return Session.OK;
            }
            Table table = new Table("DATASET", "VERSION", "SAMPLES", "DROPPED", "SIZE");
            for (JsonNode dataset : answer.path("datasets")) {
                long dropped = 0;
                for (JsonNode count : dataset.path("dropped")) {
                    dropped += count.asLong();
                }
                table.row(
                        dataset.path("name").asText(),
                        dataset.path("version").asText(),
                        dataset.path("samples").asText(),
                        Long.toString(dropped),
                        Quantity.bytes(dataset.path("sizeBytes").asLong()));
            }
            table.print(session.out());
            return Session.OK;
        }
    }

    /** Uploads rows of JSON as a new version of a data set. */
    @Command(name = "upload", description = "Upload JSON lines as a new version.", mixinStandardHelpOptions = true)
    int upload(
            @Parameters(paramLabel = "NAME", description = "name of the data set") String name,
            @Parameters(
                            paramLabel = "FILE",
                            description = "one JSON object a line, a JSON list, or CSV with column names")
                    Path file,
            @Option(
                            names = "--format",
                            description = "alpaca, openai, sharegpt or completion (default: as the first row looks)")
                    Optional<String> format)
            throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode dataset = gateway.post(
                    "/v1/datasets?name=" + Gateway.encode(name)
                            + format.map(word -> "&format=" + Gateway.encode(word))
                                    .orElse(""),
                    "application/x-ndjson",
                    BodyPublishers.ofFile(file));
            if (session.json()) {
                session.print(dataset);
            } else {
                session.out()
                        .println(dataset.path("version").asText() + ": "
                                + dataset.path("samples").asText() + " samples, dropped "
                                + dataset.path("dropped"));
            }
            return Session.OK;
        }
    }
}
