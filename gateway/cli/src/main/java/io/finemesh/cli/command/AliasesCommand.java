package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.display.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists aliases. */
@Command(name = "aliases", description = "List which checkpoints aliases stand for.", mixinStandardHelpOptions = true)
public final class AliasesCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode answer = gateway.get("/v1/aliases");
            if (session.json()) {
                session.print(answer);
                return Session.OK;
            }
            Table table = new Table("ALIAS", "CHECKPOINT", "MOVED", "BY", "WAITS FOR APPROVAL");
            for (JsonNode alias : answer.path("aliases")) {
                JsonNode move = alias.path("moves").path(0);
                table.row(
                        alias.path("model").asText() + "@" + alias.path("alias").asText(),
                        alias.path("checkpoint").asText("-"),
                        move.path("reason").asText("-"),
                        move.path("by").asText("-"),
                        alias.path("awaiting").asText("-"));
            }
            table.print(session.out());
            return Session.OK;
        }
    }
}
