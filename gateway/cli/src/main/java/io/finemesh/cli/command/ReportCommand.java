package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.change.ReportJson;
import io.finemesh.checkpoint.change.ReportText;
import io.finemesh.checkpoint.change.UpdateReport;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.cli.client.Gateway;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks what training did to each tensor of a checkpoint. */
@Command(
        name = "report",
        description = {
            "What training did to each tensor: norms, effective rank, explained variance; did the weights change at all?",
            "EFFECTIVE RANK is exp of the entropy of the singular values over their sum; FOR 90 % is how many of the largest",
            "singular values make up 90 % of the sum of squares; FIRST is the share of the largest one.",
            "Of folders on this machine, without a mesh: finemesh report --model DIR --against DIR."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the weights changed, and every tensor could be compared",
            "1:the weights did not change, or a tensor could not be compared",
            "2:the command line is wrong",
            "3:the gateway refuses",
            "4:the gateway does not answer"
        },
        mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
    private static final String TASK = "update_report";

    @Mixin
    private Session session;

    @Parameters(
            paramLabel = "CHECKPOINT",
            description = "checkpoint id, model name, or an alias such as my-model@champion")
    private String checkpoint;

    @Option(
            names = "--against",
            paramLabel = "BASE",
            description = "what it is compared with, named likewise (default: what its run started from)")
    private Optional<String> against;

    @Override
    public Integer call() throws Exception {
        ObjectNode request = new ObjectMapper().createObjectNode();
        request.put("checkpoint", checkpoint);
        against.ifPresent(base -> request.put("against", base));
        request.putArray("tasks").addObject().put("task", TASK);
        try (Gateway gateway = session.open()) {
            String id = gateway.post("/v1/evaluations", "application/json", BodyPublishers.ofString(request.toString()))
                    .path("id")
                    .asText();
            JsonNode evaluation = new EvaluationWait(gateway, session).end(id);
            if (!evaluation.path("state").asText().equals("completed")) {
                if (session.json()) {
                    session.print(evaluation);
                } else {
                    session.err()
                            .println(evaluation.path("failure").path("message").asText());
                }
                return Session.NO;
            }
            JsonNode document = gateway.get("/v1/evaluations/" + Gateway.encode(id) + "/tasks/" + TASK + "/results");
            UpdateReport report = read(document);
            if (session.json()) {
                session.print(document);
            } else {
                session.out().print(ReportText.of(report));
                session.out().flush();
            }
            return report.verdict() == UpdateReport.Verdict.CHANGED ? Session.OK : Session.NO;
        }
    }

    private static UpdateReport read(JsonNode document) throws IOException {
        try {
            return ReportJson.report(document);
        } catch (JsonException other) {
            throw new IOException("what the gateway answers is no update report: " + other.getMessage(), other);
        }
    }
}
