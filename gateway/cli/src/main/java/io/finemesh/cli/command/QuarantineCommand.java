package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.cli.client.Gateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a row out of a data set, and can train again without it from the last checkpoint that it did not touch. */
@Command(
        name = "quarantine",
        description = "Take a row out of a data set that grows; with --retrain, train again without it.",
        mixinStandardHelpOptions = true)
public final class QuarantineCommand implements Callable<Integer> {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Mixin
    private Session session;

    @Parameters(
            paramLabel = "DATASET:ROW",
            description = "row of a data set: the row's id, its first 8 digits, or slice.place")
    private String suspect;

    @Option(names = "--reason", required = true, description = "why, for the record")
    private String reason;

    @Option(
            names = "--retrain",
            description =
                    "submit the newest run that trained on it again, from the last checkpoint that it did not touch")
    private boolean retrain;

    @Override
    public Integer call() throws Exception {
        int colon = suspect.indexOf(':');
        if (colon < 1 || colon == suspect.length() - 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "'" + suspect + "' names no row; write DATASET:ROW such as sums:3.17");
        }
        String dataset = suspect.substring(0, colon);
        String row = suspect.substring(colon + 1);
        try (Gateway gateway = session.open()) {
            JsonNode impact = gateway.get(ImpactCommand.path(suspect));
            JsonNode receipt = gateway.post(
                    "/v1/datasets/" + Gateway.encode(dataset) + "/rows/" + Gateway.encode(row) + "/quarantine?reason="
                            + Gateway.encode(reason),
                    "application/json",
                    BodyPublishers.noBody());
            Optional<JsonNode> run =
                    retrain && impact.has("repair") ? Optional.of(submit(gateway, impact, receipt)) : Optional.empty();
            if (session.json()) {
                ObjectNode answer = MAPPER.createObjectNode();
                answer.set("impact", impact);
                answer.set("quarantine", receipt);
                run.ifPresent(submitted -> answer.set("run", submitted));
                session.print(answer);
                return Session.OK;
            }
            ImpactCommand.show(session, impact);
            session.out()
                    .println(receipt.path("version").asText() + " is without it"
                            + (receipt.path("grew").asBoolean() ? "" : ", as before"));
            if (retrain) {
                session.out()
                        .println(run.map(submitted ->
                                        "run " + submitted.path("id").asText() + " trains again from "
                                                + impact.at("/repair/model").asText()
                                                + ", the last checkpoint that it did not touch")
                                .orElse("there is no run to repeat"));
            }
            return Session.OK;
        }
    }

    /** The same row again is the same run. */
    private static JsonNode submit(Gateway gateway, JsonNode impact, JsonNode receipt) throws Exception {
        ObjectNode specification = impact.path("repair").deepCopy();
        specification.put("dataset", receipt.path("version").asText());
        String key = "quarantine/" + impact.path("dataset").asText() + "/"
                + impact.path("row").path("row").asText();
        return gateway.submit("application/json", MAPPER.writeValueAsBytes(specification), Optional.of(key));
    }
}
