package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.display.Quantity;
import io.finemesh.cli.display.Table;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists models; its subcommand adds one. */
@Command(name = "models", description = "List or add models.", mixinStandardHelpOptions = true)
public final class ModelsCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode answer = gateway.get("/v1/models");
            if (session.json()) {
                session.print(answer);
                return Session.OK;
            }
            Table table = new Table("MODEL", "CHECKPOINT", "PARAMETERS", "SIZE");
            for (JsonNode model : answer.path("models")) {
                table.row(
                        model.path("name").asText(),
                        model.path("checkpoint").asText(),
                        Quantity.count(model.path("parameterCount").asLong()),
                        Quantity.bytes(model.path("weightBytes").asLong()));
            }
            table.print(session.out());
            return Session.OK;
        }
    }

    /** Imports a Hugging Face directory that the checkpoint store's machine can read. */
    @Command(name = "import", description = "Import a Hugging Face directory.", mixinStandardHelpOptions = true)
    int importDirectory(
            @Parameters(paramLabel = "NAME", description = "name to give it") String name,
            @Parameters(paramLabel = "DIR", description = "directory with config.json and safetensors") Path directory)
            throws Exception {
        String body = new ObjectMapper()
                .createObjectNode()
                .put("name", name)
                .put("path", directory.toAbsolutePath().normalize().toString())
                .toString();
        try (Gateway gateway = session.open()) {
            JsonNode model = gateway.post("/v1/models", "application/json", BodyPublishers.ofString(body));
            if (session.json()) {
                session.print(model);
            } else {
                session.out()
                        .println(model.path("name").asText() + " is "
                                + model.path("checkpoint").asText());
            }
            return Session.OK;
        }
    }
}
