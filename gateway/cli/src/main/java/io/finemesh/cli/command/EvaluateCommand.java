package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.client.GatewayProblem;
import io.finemesh.cli.display.Table;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks for an evaluation of a checkpoint and stays until it has its scores. */
@Command(name = "evaluate", description = "Score a checkpoint on tasks.", mixinStandardHelpOptions = true)
public final class EvaluateCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "CHECKPOINT",
            description = "checkpoint id, model name, or an alias such as my-model@champion")
    private String checkpoint;

    @Option(
            names = "--task",
            required = true,
            description = "held_out_loss, exact_match, gsm8k, aqua, svamp, ...; again for more")
    private List<String> tasks;

    @Option(
            names = "--dataset",
            required = true,
            description =
                    "data set that is asked: one of the mesh, hub:OWNER/NAME[:SPLIT], or a file's path such as ./test.jsonl")
    private String dataset;

    @Option(
            names = "--examples",
            description =
                    "data set that worked examples of gsm8k, gsm8k_cot, gsm8k_cot_llama or mmlu come from, named like --dataset; other tasks do not see it")
    private Optional<String> examples;

    @Option(names = "--shots", description = "worked examples in a prompt of gsm8k, gsm8k_cot or gsm8k_cot_llama")
    private Optional<Integer> shots;

    @Option(names = "--chat", description = "published tasks are asked through the template, not as plain text")
    private boolean chat;

    @Option(names = "--limit", description = "at most this many samples of each task; the result is then no score")
    private Optional<Integer> limit;

    @Option(names = "--max-new-tokens", description = "longest generated answer in tokens")
    private Optional<Integer> maxNewTokens;

    @Option(names = "--subject", description = "subject of mmlu, or task of superglue")
    private Optional<String> subject;

    @Option(names = "--definition", paramLabel = "FILE", description = "task file of --task own")
    private Optional<Path> definition;

    @Option(
            names = "--against",
            description =
                    "checkpoint that mt_bench_pairwise compares with, named like the first; else what it was trained from")
    private Optional<String> against;

    @Option(
            names = "--remote-url",
            description = "OpenAI-compatible server that writes the answers in the evaluators' place")
    private Optional<String> remoteUrl;

    @Option(names = "--remote-model", description = "name of the model there")
    private Optional<String> remoteModel;

    @Option(names = "--remote-secret", description = "name of the evaluator's secret that holds the key")
    private Optional<String> remoteSecret;

    @Option(names = "--judge", description = "checkpoint that rates the answers of mt_bench, named like the first")
    private Optional<String> judge;

    @Option(names = "--judge-url", description = "OpenAI-compatible server that rates them, such as https://host/v1")
    private Optional<String> judgeUrl;

    @Option(names = "--judge-model", description = "name of the judge's model there, or in --judge-judgments")
    private Optional<String> judgeModel;

    @Option(
            names = "--judge-judgments",
            description =
                    "data set of documents with judgments that --judge-model made before, which are said again; named like --dataset")
    private Optional<String> judgeJudgments;

    @Option(names = "--judge-secret", description = "name of the evaluator's secret that holds the key")
    private Optional<String> judgeSecret;

    @Option(
            names = "--judge-prompts",
            description = "data set of documents with the judge's prompts, named like --dataset")
    private Optional<String> judgePrompts;

    @Option(
            names = "--judge-references",
            description = "data set of documents with reference answers, named like --dataset")
    private Optional<String> judgeReferences;

    @Option(
            names = "--judge-requests",
            description = "requests that --judge-url may be sent in all, attempts counted each")
    private Optional<Long> judgeRequests;

    @Option(names = "--judge-tokens", description = "tokens that it may use in all, as it counts them")
    private Optional<Long> judgeTokens;

    @Option(names = "--template", description = "plain, alpaca, chatml or chat: how a conversation becomes text")
    private Optional<String> template;

    @Option(names = "--precision", description = "fp32 or bf16")
    private Optional<String> precision;

    @Option(names = "--no-wait", description = "print the evaluation's id and return")
    private boolean noWait;

    @Override
    public Integer call() throws Exception {
        requireTakers();
        try (Gateway gateway = session.open()) {
            JsonNode asked = gateway.post(
                    "/v1/evaluations",
                    "application/json",
                    BodyPublishers.ofString(request(gateway).toString()));
            String id = asked.path("id").asText();
            if (noWait) {
                if (session.json()) {
                    session.print(asked);
                } else {
                    session.out().println(id);
                }
                return Session.OK;
            }
            return show(new EvaluationWait(gateway, session).end(id));
        }
    }

    private ObjectNode request(Gateway gateway) throws GatewayProblem, IOException {
        ObjectNode request = new ObjectMapper().createObjectNode();
        NamedData data = session.data(gateway);
        NamedData.require(Stream.of(Optional.of(dataset), examples, judgePrompts, judgeReferences, judgeJudgments)
                .flatMap(Optional::stream)
                .toList());
        boolean documents = tasks.stream().noneMatch(SpecificationData.OF_CONVERSATIONS::contains);
        request.put("checkpoint", checkpoint).put("dataset", data.version(dataset, documents));
        Optional<String> worked =
                examples.isPresent() ? Optional.of(data.version(examples.get(), true)) : Optional.empty();
        template.ifPresent(word -> request.put("template", word));
        precision.ifPresent(word -> request.put("precision", word));
        against.ifPresent(name -> request.put("against", name));
        remoteUrl.ifPresent(url -> request.withObject("/remote").put("url", url));
        remoteModel.ifPresent(name -> request.withObject("/remote").put("model", name));
        remoteSecret.ifPresent(name -> request.withObject("/remote").put("secret", name));
        judge.ifPresent(name -> request.withObject("/judge").put("checkpoint", name));
        judgeUrl.ifPresent(url -> request.withObject("/judge").put("url", url));
        judgeModel.ifPresent(name -> request.withObject("/judge").put("model", name));
        judgeSecret.ifPresent(name -> request.withObject("/judge").put("secret", name));
        if (judgePrompts.isPresent()) {
            request.withObject("/judge").put("prompts", data.version(judgePrompts.get(), true));
        }
        if (judgeReferences.isPresent()) {
            request.withObject("/judge").put("references", data.version(judgeReferences.get(), true));
        }
        if (judgeJudgments.isPresent()) {
            request.withObject("/judge").put("judgments", data.version(judgeJudgments.get(), true));
        }
        judgeRequests.ifPresent(count -> request.withObject("/judge/budget").put("requests", count));
        judgeTokens.ifPresent(count -> request.withObject("/judge/budget").put("tokens", count));
        Optional<String> yaml =
                definition.isPresent() ? Optional.of(Files.readString(definition.get())) : Optional.empty();
        for (String name : tasks) {
            ObjectNode task = request.withArray("tasks").addObject().put("task", name);
            put(task, name, TaskField.LIMIT, limit.map(IntNode::valueOf));
            put(task, name, TaskField.MAX_NEW_TOKENS, maxNewTokens.map(IntNode::valueOf));
            put(task, name, TaskField.EXAMPLES, worked.map(TextNode::valueOf));
            put(task, name, TaskField.SHOTS, shots.map(IntNode::valueOf));
            put(task, name, TaskField.CHAT, chat ? Optional.of(BooleanNode.TRUE) : Optional.empty());
            put(task, name, TaskField.SUBJECT, subject.map(TextNode::valueOf));
            put(task, name, TaskField.DEFINITION, yaml.map(TextNode::valueOf));
        }
        return request;
    }

    private static void put(ObjectNode task, String name, TaskField field, Optional<? extends JsonNode> value) {
        if (field.goesTo(name)) {
            value.ifPresent(given -> task.set(field.key(), given));
        }
    }

    /** Before anything is fetched or uploaded: each option has a task that takes it. */
    private void requireTakers() {
        Map<TaskField, Boolean> given = new EnumMap<>(TaskField.class);
        given.put(TaskField.EXAMPLES, examples.isPresent());
        given.put(TaskField.SHOTS, shots.isPresent());
        given.put(TaskField.SUBJECT, subject.isPresent());
        given.put(TaskField.DEFINITION, definition.isPresent());
        given.put(TaskField.CHAT, chat);
        given.put(TaskField.MAX_NEW_TOKENS, maxNewTokens.isPresent());
        given.put(TaskField.LIMIT, limit.isPresent());
        List<String> refusals = given.entrySet().stream()
                .filter(Map.Entry::getValue)
                .flatMap(field -> field.getKey().refusal(tasks).stream())
                .toList();
        if (!refusals.isEmpty()) {
            throw new ParameterException(spec.commandLine(), String.join("\n", refusals));
        }
    }

    private int show(JsonNode evaluation) {
        boolean completed = evaluation.path("state").asText().equals("completed");
        if (session.json()) {
            session.print(evaluation);
            return completed ? Session.OK : Session.NO;
        }
        if (!completed) {
            session.err().println(evaluation.path("failure").path("message").asText());
            return Session.NO;
        }
        Table table = new Table("TASK", "METRIC", "VALUE", "+/-", "SAMPLES", "");
        for (JsonNode score : evaluation.path("scores")) {
            table.row(
                    score.path("task").asText(),
                    score.path("metric").asText(),
                    score.path("value").asText(),
                    score.path("standardError").asText("-"),
                    score.path("samples").asText(),
                    score.path("limited").asBoolean() ? "limited run, not a score" : "");
        }
        table.print(session.out());
        for (JsonNode records : evaluation.path("records")) {
            session.out()
                    .println(records.path("task").asText() + ": "
                            + records.path("view").asText());
        }
        return Session.OK;
    }
}
