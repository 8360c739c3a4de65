package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.display.Table;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists connectors; its subcommands set and withdraw them. */
@Command(
        name = "connectors",
        description = "List, set or withdraw connectors: Kafka topics that become data sets.",
        mixinStandardHelpOptions = true)
public final class ConnectorsCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode answer = gateway.get("/v1/connectors");
            if (session.json()) {
                session.print(answer);
                return Session.OK;
            }
            Table table = new Table("CONNECTOR", "REVISION", "TOPIC", "DATASET", "MAPPING");
            for (JsonNode connector : answer.path("connectors")) {
                table.row(
                        connector.path("name").asText(),
                        connector.path("revision").asText(),
                        connector.path("topic").asText(),
                        connector.path("dataset").asText(),
                        connector.path("mapping").toString());
            }
            table.print(session.out());
            return Session.OK;
        }
    }

    /** Sets a connector. */
    @Command(
            name = "apply",
            description = "Set a connector: topic, dataset, and optionally held_out and mapping.",
            mixinStandardHelpOptions = true)
    int apply(
            @Parameters(paramLabel = "NAME", description = "name of the connector") String name,
            @Parameters(paramLabel = "FILE", description = "connector: YAML, or JSON when the name ends in .json")
                    Path file)
            throws Exception {
        String type = file.toString().endsWith(".json") ? "application/json" : "application/yaml";
        try (Gateway gateway = session.open()) {
            JsonNode connector =
                    gateway.put("/v1/connectors/" + Gateway.encode(name), type, BodyPublishers.ofFile(file));
            if (session.json()) {
                session.print(connector);
            } else {
                session.out()
                        .println("connector " + name + ", revision "
                                + connector.path("revision").asText() + ": "
                                + connector.path("topic").asText() + " -> "
                                + connector.path("dataset").asText());
            }
            return Session.OK;
        }
    }

    /** Withdraws a connector. */
    @Command(
            name = "withdraw",
            description = "Stop reading a topic; what it brought stays.",
            mixinStandardHelpOptions = true)
    int withdraw(@Parameters(paramLabel = "NAME", description = "name of the connector") String name) throws Exception {
        try (Gateway gateway = session.open()) {
            gateway.delete("/v1/connectors/" + Gateway.encode(name));
            session.out().println("connector " + name + " is no longer read");
            return Session.OK;
        }
    }
}
