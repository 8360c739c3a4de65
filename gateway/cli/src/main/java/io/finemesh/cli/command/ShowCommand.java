package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one run in full. */
@Command(
        name = "show",
        description = "Show one run: where it stands, its checkpoints and scores.",
        mixinStandardHelpOptions = true)
public final class ShowCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(paramLabel = "RUN", description = "run id")
    private String run;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode detail = gateway.get("/v1/runs/" + Gateway.encode(run));
            if (session.json()) {
                session.print(detail);
            } else {
                new RunPage(detail).print(session.out());
            }
            return Session.OK;
        }
    }
}
