package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.cli.client.Gateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rejects a challenger. */
@Command(
        name = "reject",
        description = "Say no to the challenger that waits for approval.",
        mixinStandardHelpOptions = true)
public final class RejectCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(
            index = "0",
            paramLabel = "MODEL@ALIAS",
            description = "alias, such as my-model@champion",
            converter = AliasName.Reader.class)
    private AliasName alias;

    @Option(names = "--reason", description = "why, for the record")
    private Optional<String> reason;

    @Option(names = "--by", description = "who says so, for the record (default: the user's name)")
    private Optional<String> by;

    @Override
    public Integer call() throws Exception {
        ObjectNode body = new ObjectMapper().createObjectNode();
        reason.ifPresent(words -> body.put("reason", words));
        body.put("by", by.orElse(System.getProperty("user.name", "somebody")));
        try (Gateway gateway = session.open()) {
            JsonNode answer = gateway.post(
                    alias.path() + "/reject", "application/json", BodyPublishers.ofString(body.toString()));
            if (session.json()) {
                session.print(answer);
            } else {
                session.out()
                        .println("said no to " + answer.path("awaiting").asText("the challenger") + " of " + alias);
            }
            return Session.OK;
        }
    }
}
