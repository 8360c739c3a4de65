package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.cli.client.Gateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks for a run to be stopped. */
@Command(name = "cancel", description = "Stop a run; what is committed stays.", mixinStandardHelpOptions = true)
public final class CancelCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(paramLabel = "RUN", description = "run id")
    private String run;

    @Option(names = "--reason", defaultValue = "asked for on the command line", description = "why, for the record")
    private String reason;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            String body =
                    new ObjectMapper().createObjectNode().put("reason", reason).toString();
            JsonNode answer = gateway.post(
                    "/v1/runs/" + Gateway.encode(run) + "/cancel", "application/json", BodyPublishers.ofString(body));
            if (session.json()) {
                session.print(answer);
            } else {
                session.out().println("asked " + run + " to stop; './finemesh show " + run + "' says when it has");
            }
            return Session.OK;
        }
    }
}
