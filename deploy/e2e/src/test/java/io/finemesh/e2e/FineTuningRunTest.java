package io.finemesh.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.tensors.HuggingFaceDirectory;
import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.e2e.GatewayCalls.Event;
import io.finemesh.e2e.RunningMesh.Stage;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One fine-tuning run through all five services as a user sees it, then the same run with a trainer that is killed in the middle. */
@ExtendWith(RunningMesh.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FineTuningRunTest {
    private static final int STEPS = 28;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static String calmRun;
    private static List<Event> calmEvents;

    @BeforeAll
    static void importModelAndData(Stage stage) throws Exception {
        stage.gateway().importModel("e2e-model", stage.files().modelDirectory());
        JsonNode dataset = stage.gateway()
                .upload("e2e-sums", "alpaca", Files.readAllBytes(stage.files().training(ProblemFamily.SUMS)));
        stage.gateway()
                .upload(
                        "e2e-held-out",
                        "alpaca",
                        Files.readAllBytes(stage.files().heldOut(ProblemFamily.SUMS)));
        assertThat(dataset.path("samples").asLong())
                .isEqualTo(
                        Files.lines(stage.files().training(ProblemFamily.SUMS)).count());
    }

    @Test
    @Order(1)
    void aRunGoesThroughAllFiveServices(Stage stage) {
        calmRun = stage.gateway().submit(Specifications.badam("e2e-model", STEPS, true) + "output_name: e2e-tuned\n");
        calmEvents = stage.gateway().eventsToTheEnd(calmRun);

        assertThat(calmEvents).extracting(Event::type).last().isEqualTo("run.completed");
        assertThat(calmEvents)
                .extracting(Event::type)
                .contains(
                        "run.accepted",
                        "run.segment-scheduled",
                        "training.segment-started",
                        "training.block-activated",
                        "training.step-completed",
                        "training.segment-trained",
                        "training.segment-ended",
                        "checkpoint.committed",
                        "evaluation.completed")
                .doesNotContain("run.segment-retried", "training.segment-failed", "checkpoint.rejected");
        JsonNode run = stage.gateway().get("/v1/runs/" + calmRun);
        assertThat(run.path("phase").asText()).isEqualTo("completed");
        assertThat(run.at("/progress/committedSteps").asInt()).isEqualTo(STEPS);
        assertThat(run.at("/plan/segments").asInt()).isEqualTo(5);
        assertThat(run.path("checkpoints")).hasSize(5);
    }

    /** The name is given by the store when it hears that the run is complete, so it may come a moment after that. */
    @Test
    @Order(2)
    void theResultHasItsNameAndCanBeTrainedFurther(Stage stage) {
        JsonNode run = stage.gateway().get("/v1/runs/" + calmRun);
        String result = run.path("lastCheckpoint").asText();
        await().atMost(PATIENCE).until(() -> checkpointNamed(stage, "e2e-tuned").equals(result));
        String next = stage.gateway().submit(Specifications.badam("e2e-tuned", 6, false));
        assertThat(stage.gateway().eventsToTheEnd(next))
                .extracting(Event::type)
                .last()
                .isEqualTo("run.completed");
        assertThat(stage.gateway()
                        .get("/v1/runs/" + next)
                        .at("/model/checkpoint")
                        .asText())
                .isEqualTo(result);
    }

    @Test
    @Order(2)
    void theUpdateReportShowsThatLayersAndOnlyLayersWereTrained(Stage stage) {
        JsonNode run = stage.gateway().get("/v1/runs/" + calmRun);
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        asked.put("checkpoint", run.path("lastCheckpoint").asText());
        asked.putArray("tasks").addObject().put("task", "update_report");
        String id = evaluated(stage, asked);

        JsonNode report = stage.gateway().get("/v1/evaluations/" + id + "/tasks/update_report/results");

        assertThat(report.path("base").asText())
                .isEqualTo(run.at("/model/checkpoint").asText());
        assertThat(report.path("verdict").asText()).isEqualTo("changed");
        for (JsonNode tensor : report.path("tensors")) {
            boolean layer = tensor.path("tensor").asText().startsWith("model.layers.");
            assertThat(tensor.path("outcome").asText())
                    .as(tensor.path("tensor").asText())
                    .isEqualTo(layer ? "changed" : "unchanged");
            assertThat(tensor.at("/spectrum/effectiveRank").asDouble(1)).isGreaterThanOrEqualTo(1);
        }
    }

    @Test
    @Order(2)
    void documentsAreUploadedAndAskedByTasksOfChoices(Stage stage) {
        stage.gateway().upload("e2e-questions", "documents", """
                        {"question":"1+1?","options":["A)2","B)3"],"correct":"A"}
                        {"question":"2+1?","options":["A)2","B)3"],"correct":"B"}
                        {"question":"nothing to choose from","correct":"B"}
                        """.getBytes(StandardCharsets.UTF_8));
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        asked.put("checkpoint", "e2e-model").put("dataset", "e2e-questions");
        asked.putArray("tasks").addObject().put("task", "aqua");
        asked.withArray("tasks").addObject().put("task", "own").put("definition", """
                task: pick
                prompt: "{question} "
                target: "{correct}"
                choices: options
                """);

        String id = evaluated(stage, asked);

        JsonNode scores = stage.gateway().get("/v1/evaluations/" + id).path("scores");
        assertThat(scores.findValuesAsText("task")).containsExactly("aqua", "aqua", "pick", "pick");
        assertThat(scores.findValuesAsText("metric")).containsExactly("acc", "acc_norm", "acc", "acc_norm");
        assertThat(scores.findValuesAsText("samples")).containsOnly("2");
        JsonNode results = stage.gateway().get("/v1/evaluations/" + id + "/tasks/aqua/results");
        assertThat(results.at("/finemesh/left_out_rows").findValuesAsText("rows"))
                .containsExactly("1");
    }

    private static String evaluated(Stage stage, JsonNode asked) {
        String id = stage.gateway().evaluate(asked);
        String state = await().atMost(PATIENCE)
                .until(
                        () -> stage.gateway()
                                .get("/v1/evaluations/" + id)
                                .path("state")
                                .asText(),
                        found -> found.equals("completed") || found.equals("failed"));
        assertThat(state)
                .as(stage.gateway().get("/v1/evaluations/" + id).toString())
                .isEqualTo("completed");
        return id;
    }

    private static String checkpointNamed(Stage stage, String name) {
        for (JsonNode model : stage.gateway().get("/v1/models").path("models")) {
            if (model.path("name").asText().equals(name)) {
                return model.path("checkpoint").asText();
            }
        }
        return "";
    }

    @Test
    @Order(2)
    void lossFalls(Stage stage) {
        List<JsonNode> steps = stage.gateway().steps(calmRun);
        double first = steps.subList(0, 4).stream()
                .mapToDouble(step -> step.path("loss").asDouble())
                .average()
                .orElseThrow();
        double last = steps.subList(STEPS - 4, STEPS).stream()
                .mapToDouble(step -> step.path("loss").asDouble())
                .average()
                .orElseThrow();

        assertThat(last).isLessThan(0.9 * first);
        JsonNode evaluations = stage.gateway().get("/v1/runs/" + calmRun).path("evaluations");
        assertThat(evaluations).hasSize(2);
        assertThat(heldOutLoss(evaluations, STEPS)).isLessThan(heldOutLoss(evaluations, 0));
    }

    @Test
    @Order(3)
    void theLedgerHasEveryStepOnce(Stage stage) {
        assertWholeLedger(stage, calmRun);
    }

    @Test
    @Order(4)
    void inEachSegmentOnlyTheActiveBlocksTensorsChange(Stage stage) {
        List<String> blocks = new ArrayList<>();
        for (JsonNode checkpoint : stage.gateway().get("/v1/runs/" + calmRun).path("checkpoints")) {
            String block = checkpoint.path("block").asText();
            blocks.add(block);
            JsonNode changed = stage.gateway()
                    .get("/v1/checkpoints/" + checkpoint.path("id").asText())
                    .path("changedTensors");
            assertThat(changed).isNotEmpty();
            String prefix = "model.layers." + block.substring("layer.".length()) + ".";
            changed.forEach(name -> assertThat(name.asText()).startsWith(prefix));
        }
        assertThat(blocks).containsExactly("layer.0", "layer.1", "layer.2", "layer.3", "layer.0");
    }

    @Test
    @Order(5)
    void theStreamGoesOnWhereItWasLeft(Stage stage) {
        int left = calmEvents.size() / 3;
        List<Event> rest = stage.gateway()
                .eventsUntil(calmRun, Optional.of(calmEvents.get(left).position()), event -> false);

        // Nothing lost, nothing repeated, the end last; events of different topics have no order among themselves.
        assertThat(rest)
                .extracting(Event::data)
                .containsExactlyInAnyOrderElementsOf(calmEvents.subList(left + 1, calmEvents.size()).stream()
                        .map(Event::data)
                        .toList());
        assertThat(rest.getLast()).isEqualTo(calmEvents.getLast());
    }

    @Test
    @Order(6)
    void anExportIsAHuggingFaceDirectoryWithTheTrainedWeights(Stage stage, @TempDir Path directory) throws Exception {
        String checkpoint = stage.gateway()
                .get("/v1/runs/" + calmRun)
                .at("/result/checkpoint")
                .asText();
        byte[] tar = stage.gateway()
                .request()
                .get("/v1/checkpoints/" + checkpoint + "/export")
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
        Path export = Tar.unpack(tar, directory.resolve("export"));

        assertThat(export.resolve("tokenizer.json")).exists();
        assertThat(Files.mismatch(
                        export.resolve("config.json"),
                        stage.files().modelDirectory().resolve("config.json")))
                .isEqualTo(-1);
        try (HuggingFaceDirectory trained = HuggingFaceDirectory.open(export);
                SafetensorsFile base =
                        SafetensorsFile.open(stage.files().modelDirectory().resolve("model.safetensors"))) {
            assertThat(trained.tensors()).hasSameSizeAs(base.tensors());
            assertThat(MemorySegment.mismatch(
                            trained.bytes("model.embed_tokens.weight"),
                            0,
                            1024,
                            base.bytes("model.embed_tokens.weight"),
                            0,
                            1024))
                    .isEqualTo(-1);
            assertThat(trained.bytes("model.layers.0.mlp.up_proj.weight")
                            .mismatch(base.bytes("model.layers.0.mlp.up_proj.weight")))
                    .isNotEqualTo(-1);
        }
    }

    @Test
    @Order(7)
    void theTraceLeadsFromTheSubmissionToEveryStepCommitAndEvaluation(Stage stage) {
        OtlpCollector collector = stage.collector();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(collector.named("train.segment", calmRun))
                .hasSize(5));
        Set<String> traces = collector.named("train.segment", calmRun).stream()
                .map(OtlpCollector.Received::traceId)
                .collect(Collectors.toSet());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(collector.named("optimizer.step", traces))
                .hasSize(STEPS));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(collector.named("checkpoint.commit", calmRun))
                .hasSize(5));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(collector.named("evaluation.run", calmRun))
                .hasSize(2));

        List<OtlpCollector.Received> submissions = collector.named("run.submit", calmRun);
        assertThat(submissions).hasSize(1);
        String submission = submissions.getFirst().traceId();
        List<OtlpCollector.Received> segments = collector.named("train.segment", calmRun);
        assertThat(segments).allMatch(segment -> segment.linksToTrace(submission));
        assertThat(segments)
                .extracting(OtlpCollector.Received::traceId)
                .doesNotHaveDuplicates()
                .doesNotContain(submission);
        for (OtlpCollector.Received segment : segments) {
            int index = Integer.parseInt(segment.attributes().get("finemesh.segment.index"));
            if (index > 0) {
                OtlpCollector.Received previous = segments.stream()
                        .filter(other ->
                                other.attributes().get("finemesh.segment.index").equals(Integer.toString(index - 1)))
                        .findFirst()
                        .orElseThrow();
                assertThat(segment.links()).contains(previous.context());
            }
        }
        assertThat(collector.named("optimizer.step", traces)).allMatch(step -> segments.stream()
                .anyMatch(segment -> segment.traceId().equals(step.traceId())
                        && segment.spanId().equals(step.parentId())));
        assertThat(collector.named("checkpoint.commit", calmRun)).allMatch(span -> span.linksToTrace(submission));
        assertThat(collector.named("evaluation.run", calmRun)).allMatch(span -> span.linksToTrace(submission));
    }

    @Test
    @Order(8)
    void aTrainerKilledInTheMiddleChangesNothingOfTheResult(Stage stage) throws Exception {
        String run = stage.gateway().submit(Specifications.badam("e2e-model", STEPS, true));
        stage.gateway()
                .eventsUntil(
                        run,
                        Optional.empty(),
                        event -> event.type().equals("training.step-completed")
                                && event.data().path("step").asInt() == 8);
        stage.mesh().kill("gpu-trainer");
        List<Event> events = stage.gateway().eventsToTheEnd(run);

        assertThat(events)
                .extracting(Event::type)
                .contains("run.segment-retried")
                .last()
                .isEqualTo("run.completed");
        assertThat(weightsDigest(stage, run)).isEqualTo(weightsDigest(stage, calmRun));
        assertWholeLedger(stage, run);
        assertThat(stage.gateway().steps(run).stream()
                        .map(step -> step.path("loss").asDouble())
                        .toList())
                .isEqualTo(stage.gateway().steps(calmRun).stream()
                        .map(step -> step.path("loss").asDouble())
                        .toList());
    }

    @Test
    @Order(9)
    void aStoreKilledWhileCommittingLosesNothing(Stage stage) throws Exception {
        String run = stage.gateway().submit(Specifications.badam("e2e-model", STEPS, true));
        stage.gateway().eventsUntil(run, Optional.empty(), event -> event.type().equals("training.segment-trained"));
        stage.mesh().kill("checkpoint-store");
        List<Event> events = stage.gateway().eventsToTheEnd(run);

        assertThat(events).extracting(Event::type).last().isEqualTo("run.completed");
        assertThat(weightsDigest(stage, run)).isEqualTo(weightsDigest(stage, calmRun));
        assertWholeLedger(stage, run);
    }

    @Test
    @Order(10)
    void aSchedulerKilledInTheMiddleGoesOn(Stage stage) throws Exception {
        String run = stage.gateway().submit(Specifications.adamw("e2e-model", 32));
        stage.gateway()
                .eventsUntil(
                        run,
                        Optional.empty(),
                        event -> event.type().equals("training.step-completed")
                                && event.data().path("step").asInt() == 10);
        stage.mesh().kill("scheduler");
        List<Event> events = stage.gateway().eventsToTheEnd(run);
        String calm = stage.gateway().submit(Specifications.adamw("e2e-model", 32));
        stage.gateway().eventsToTheEnd(calm);

        assertThat(events).extracting(Event::type).last().isEqualTo("run.completed");
        assertThat(weightsDigest(stage, run)).isEqualTo(weightsDigest(stage, calm));
        assertWholeLedger(stage, run);
    }

    /** Moments and subspaces travel with each checkpoint; refreshes fall inside segments and on their borders. */
    @Test
    @Order(11)
    void aGaLoreRunGoesOnWithItsMomentsAndSubspaces(Stage stage) throws Exception {
        String run = stage.gateway().submit(Specifications.galore("e2e-model", 18));
        stage.gateway()
                .eventsUntil(
                        run,
                        Optional.empty(),
                        event -> event.type().equals("training.step-completed")
                                && event.data().path("step").asInt() == 8);
        stage.mesh().kill("gpu-trainer");
        List<Event> events = stage.gateway().eventsToTheEnd(run);
        String calm = stage.gateway().submit(Specifications.galore("e2e-model", 18));
        stage.gateway().eventsToTheEnd(calm);

        assertThat(events).extracting(Event::type).last().isEqualTo("run.completed");
        assertThat(weightsDigest(stage, run)).isEqualTo(weightsDigest(stage, calm));
        assertWholeLedger(stage, run);
    }

    private static void assertWholeLedger(Stage stage, String run) {
        long total =
                stage.gateway().get("/v1/runs/" + run).at("/plan/totalSteps").asLong();
        List<JsonNode> steps = stage.gateway().steps(run);
        assertThat(steps.stream().map(step -> step.path("step").asLong()).toList())
                .isEqualTo(LongStream.range(0, total).boxed().toList());
        assertThat(steps).allMatch(step -> step.path("committed").asBoolean());
    }

    private static String weightsDigest(Stage stage, String run) {
        String digest = stage.gateway()
                .get("/v1/runs/" + run)
                .at("/result/weightsDigest")
                .asText();
        assertThat(digest).matches("[0-9a-f]{64}");
        return digest;
    }

    private static double heldOutLoss(JsonNode evaluations, int afterSteps) {
        for (JsonNode evaluation : evaluations) {
            if (evaluation.path("afterSteps").asInt() == afterSteps) {
                for (JsonNode score : evaluation.path("scores")) {
                    if (score.path("metric").asText().equals("loss")) {
                        return score.path("value").asDouble();
                    }
                }
            }
        }
        throw new AssertionError("no loss after " + afterSteps + " steps in " + evaluations);
    }
}
