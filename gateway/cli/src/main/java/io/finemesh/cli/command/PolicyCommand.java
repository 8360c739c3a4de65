package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.display.Table;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists policies; its subcommands set, show, switch, fire and withdraw them. */
@Command(
        name = "policy",
        description = "List policies, set them, switch them, fire them.",
        mixinStandardHelpOptions = true)
public final class PolicyCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Override
    public Integer call() throws Exception {
        return list();
    }

    /** Lists policies. */
    @Command(name = "list", description = "List policies.", mixinStandardHelpOptions = true)
    int list() throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode answer = gateway.get("/v1/policies");
            if (session.json()) {
                session.print(answer);
                return Session.OK;
            }
            Table table = new Table("POLICY", "REVISION", "STATE", "MODEL", "DATASET", "TRIGGERS", "LAST");
            for (JsonNode policy : answer.path("policies")) {
                JsonNode last = policy.path("said").path(0);
                table.row(
                        policy.path("name").asText(),
                        policy.path("revision").asText(),
                        state(policy),
                        policy.path("model").asText() + "@"
                                + policy.path("alias").asText(),
                        policy.path("dataset").asText(),
                        triggers(policy),
                        last.isMissingNode()
                                ? "-"
                                : last.path("what").asText() + " "
                                        + last.path("at").asText());
            }
            table.print(session.out());
            return Session.OK;
        }
    }

    private static String state(JsonNode policy) {
        if (!policy.path("enabled").asBoolean()) {
            return "disabled";
        }
        return policy.path("dryRun").asBoolean() ? "dry run" : "enabled";
    }

    private static String triggers(JsonNode policy) {
        StringBuilder names = new StringBuilder();
        policy.path("triggers").forEach(trigger -> names.append(names.isEmpty() ? "" : ", ")
                .append(trigger.path("name").asText()));
        return names.toString();
    }

    /** Sets a policy. */
    @Command(
            name = "apply",
            description = "Set a policy, or change the one of its name.",
            mixinStandardHelpOptions = true)
    int apply(
            @Parameters(
                            paramLabel = "FILE",
                            description =
                                    "policy: YAML, or JSON when the name ends in .json; data of run.evaluation may be named by hub:OWNER/NAME[:SPLIT] or by path, and is uploaded first")
                    Path file)
            throws Exception {
        boolean json = file.toString().endsWith(".json");
        byte[] bytes = Files.readAllBytes(file);
        try (Gateway gateway = session.open()) {
            NamedData data = session.data(gateway);
            return show(gateway.post(
                    "/v1/policies",
                    json ? "application/json" : "application/yaml",
                    BodyPublishers.ofByteArray(SpecificationData.ofPolicy(bytes, json, data))));
        }
    }

    /** Shows a policy and what its triggers said. */
    @Command(
            name = "show",
            description = "Show a policy and what its triggers said, newest first.",
            mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "NAME", description = "name of the policy") String name) throws Exception {
        try (Gateway gateway = session.open()) {
            return show(gateway.get("/v1/policies/" + Gateway.encode(name)));
        }
    }

    private int show(JsonNode policy) {
        if (session.json()) {
            session.print(policy);
            return Session.OK;
        }
        session.out()
                .println("policy " + policy.path("name").asText() + ", revision "
                        + policy.path("revision").asText() + ", " + state(policy) + ": "
                        + policy.path("dataset").asText() + " -> "
                        + policy.path("model").asText() + "@"
                        + policy.path("alias").asText() + " on " + triggers(policy));
        for (JsonNode said : policy.path("said")) {
            session.out().println(said.path("at").asText() + "  " + line(said));
        }
        return Session.OK;
    }

    private static String line(JsonNode said) {
        String why = said.path("why").path("sentence").asText();
        if (said.path("what").asText().equals("held")) {
            return "waits: " + said.path("reason").asText();
        }
        if (said.has("refused")) {
            return "fired, and no run could be made of it: "
                    + said.path("refused").asText();
        }
        if (said.path("dryRun").asBoolean()) {
            return "would fire (dry run): " + why;
        }
        return "fired " + said.path("runId").asText() + " ("
                + said.path("phase").asText("not submitted yet")
                + (said.hasNonNull("failure") ? ": " + said.path("failure").asText() : "") + ") on "
                + said.path("datasetVersion").asText() + ": " + why;
    }

    /** Lets a policy fire. */
    @Command(name = "enable", description = "Let a policy fire.", mixinStandardHelpOptions = true)
    int enable(@Parameters(paramLabel = "NAME", description = "name of the policy") String name) throws Exception {
        return change(name, "enable");
    }

    /** Keeps a policy from firing. */
    @Command(
            name = "disable",
            description = "Keep a policy from firing; what happens meanwhile counts when it is enabled again.",
            mixinStandardHelpOptions = true)
    int disable(@Parameters(paramLabel = "NAME", description = "name of the policy") String name) throws Exception {
        return change(name, "disable");
    }

    private int change(String name, String verb) throws Exception {
        try (Gateway gateway = session.open()) {
            return show(gateway.post(
                    "/v1/policies/" + Gateway.encode(name) + "/" + verb, "application/json", BodyPublishers.noBody()));
        }
    }

    /** Withdraws a policy. */
    @Command(name = "withdraw", description = "Withdraw a policy; its runs go on.", mixinStandardHelpOptions = true)
    int withdraw(@Parameters(paramLabel = "NAME", description = "name of the policy") String name) throws Exception {
        try (Gateway gateway = session.open()) {
            gateway.delete("/v1/policies/" + Gateway.encode(name));
            session.out().println("policy " + name + " fires no more");
            return Session.OK;
        }
    }

    /** Fires a policy. */
    @Command(
            name = "fire",
            description = "Fire a policy now, without waiting for its triggers or its cool-down.",
            mixinStandardHelpOptions = true)
    int fire(
            @Parameters(paramLabel = "NAME", description = "name of the policy") String name,
            @Option(names = "--dry-run", description = "only say what would be run") boolean dryRun,
            @Option(
                            names = "--reason",
                            defaultValue = "asked for on the command line",
                            description = "why, for the record")
                    String reason)
            throws Exception {
        try (Gateway gateway = session.open()) {
            JsonNode receipt = gateway.post(
                    "/v1/policies/" + Gateway.encode(name) + "/fire?dry_run=" + dryRun + "&reason="
                            + Gateway.encode(reason),
                    "application/json",
                    BodyPublishers.noBody());
            if (session.json()) {
                session.print(receipt);
            } else {
                session.out().println("asked; './finemesh policy show " + name + "' says what came of it");
            }
            return Session.OK;
        }
    }
}
