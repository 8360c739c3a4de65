package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.display.Quantity;
import io.finemesh.cli.display.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
    @Command(
            name = "upload",
            aliases = "add",
            description = "Upload rows as a new version.",
            mixinStandardHelpOptions = true)
    int upload(
            @Parameters(paramLabel = "NAME", description = "name of the data set") String name,
            @Parameters(
                            paramLabel = "FILE",
                            arity = "0..1",
                            description = "one JSON object a line, a JSON list, CSV with column names, or Parquet")
                    Optional<String> file,
            @Option(
                            names = "--from",
                            paramLabel = "HUB-ID",
                            description =
                                    "instead of FILE: hub:OWNER/NAME[@REVISION][:SPLIT], such as hub:openai/gsm8k:main/test, from $HF_ENDPOINT with $HF_TOKEN; all parts of a split")
                    Optional<String> from,
            @Option(
                            names = "--format",
                            description =
                                    "alpaca, openai, sharegpt or completion (default: as the first row looks), or documents: any objects, for evaluation tasks to ask")
                    Optional<String> format,
            @Option(
                            names = "--info",
                            paramLabel = "JSON",
                            description =
                                    "a dataset_info.json whose entry for the data set says what columns and tags are called")
                    Optional<Path> info,
            @Option(
                            names = "--entry",
                            description = "name of the entry in it (default: the data set's name, or the file's)")
                    Optional<String> entry)
            throws Exception {
        DataFile rows = rows(file, from);
        Optional<String> layout = info.isPresent()
                ? Optional.of(DatasetInfo.read(info.get())
                        .entry(entry, name, rows.paths().getFirst()))
                : Optional.empty();
        try (Gateway gateway = session.open()) {
            JsonNode dataset = rows.upload(gateway, name, format, layout);
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

    /** Adds rows to a data set that grows. */
    @Command(
            name = "append",
            description = "Add rows to a data set that grows; the first rows create it.",
            mixinStandardHelpOptions = true)
    int append(
            @Parameters(paramLabel = "NAME", description = "name of the data set") String name,
            @Parameters(
                            paramLabel = "FILE",
                            arity = "0..1",
                            description = "one JSON object a line, a JSON list, CSV, or Parquet")
                    Optional<String> file,
            @Option(
                            names = "--from",
                            paramLabel = "HUB-ID",
                            description = "instead of FILE: hub:OWNER/NAME[@REVISION][:SPLIT], as in upload")
                    Optional<String> from,
            @Option(
                            names = "--format",
                            description = "alpaca, openai, sharegpt or completion (default: as the first row looks)")
                    Optional<String> format,
            @Option(
                            names = "--held-out",
                            paramLabel = "SHARE",
                            description =
                                    "share of questions held out, fixed when the data set is created (default: 0.1)")
                    Optional<String> heldOut)
            throws Exception {
        DataFile rows = rows(file, from);
        try (Gateway gateway = session.open()) {
            JsonNode receipt = rows.append(gateway, name, format, heldOut);
            report(receipt);
            return Session.OK;
        }
    }

    /** A file, or what a hub has; an id is an id wherever it stands. */
    private DataFile rows(Optional<String> file, Optional<String> from) throws IOException {
        if (file.isPresent() == from.isPresent()) {
            throw new ParameterException(
                    session.spec.commandLine(), "rows come from FILE or --from HUB-ID: give one of them");
        }
        return from.isPresent()
                ? DataFile.ofHub(from.get(), session.environment())
                : DataFile.of(file.get(), session.environment());
    }

    private void report(JsonNode receipt) {
        if (session.json()) {
            session.print(receipt);
            return;
        }
        session.out()
                .println(receipt.path("version").asText() + ": " + receipt.path("samples") + " samples and "
                        + receipt.path("heldOut") + " held out, " + receipt.path("duplicates")
                        + " known already, quarantined " + receipt.path("quarantined"));
        receipt.path("examples").forEach(example -> session.out().println("  " + example.asText()));
    }
}
