package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Explains an alias. */
@Command(
        name = "why",
        description = "Why an alias stands where it does: gate, evaluations, run, data, trigger.",
        mixinStandardHelpOptions = true)
public final class WhyCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(
            paramLabel = "MODEL@ALIAS",
            description = "alias, such as my-model@champion",
            converter = AliasName.Reader.class)
    private AliasName alias;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode answer = gateway.get(alias.path() + "/why");
            if (session.json()) {
                session.print(answer);
                return Session.OK;
            }
            for (JsonNode link : answer.path("chain")) {
                session.out()
                        .printf(
                                "%-11s %s%n",
                                link.path("kind").asText(),
                                link.path("sentence").asText());
            }
            return Session.OK;
        }
    }
}
