package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.finemesh.gateway.fake.SampleRun;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.RunView;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class RunResourceTest {
    private static final String SPECIFICATION = """
            name: over http
            model: tiny
            dataset: sums
            duration: {num_train_epochs: 2}
            optimizer: {warmup_ratio: 0.1, learning_rate: 1e-3}
            evaluation: {dataset: sums-held-out, tasks: [{task: exact_match, max_new_tokens: 8}]}
            """;

    FakeStore store;

    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    @BeforeEach
    void ready() {
        store.reset();
        await().until(board::rebuilt);
    }

    @AfterEach
    void comeBack() {
        broker.goAway(false);
    }

    @Test
    void takesARunInYamlAndSendsItResolved() {
        String id = given().contentType("application/yaml")
                .body(SPECIFICATION.getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(202)
                .header("Location", matchesPattern(".*/v1/runs/run-[0-9a-f]{20}"))
                .header("Idempotency-Replayed", nullValue())
                .body("name", equalTo("over http"))
                .body("phase", equalTo("submitted"))
                .body("links.events", containsString("/events"))
                .extract()
                .path("id");
        Envelope<RunCommand> sent = commands(id).getFirst();
        assertThat(sent.source()).isEqualTo("/gateway");
        assertThat(sent.correlation()).contains(id);
        assertThat(sent.body()).isInstanceOfSatisfying(SubmitRun.class, submit -> {
            assertThat(submit.model().checkpoint()).isEqualTo(SampleRun.checkpoint(-1));
            assertThat(submit.model().configurationJson()).isEqualTo(FakeStore.CONFIGURATION);
            assertThat(submit.dataset().version().value()).isEqualTo("sums@1");
            assertThat(submit.evaluationDataset()).isPresent();
            // 80 samples twice, 8 a step, are 20 steps.
            assertThat(submit.specification().optimizer().warmupSteps()).isEqualTo(2);
        });
    }

    @Test
    void aChatTemplateIsAskedForOnlyOfAModelThatHasOne() {
        String chat =
                "{\"template\": \"chat\", \"model\": \"%s\", \"dataset\": \"sums\", \"duration\": {\"max_steps\": 5}}";
        given().contentType("application/json")
                .body(chat.formatted("tiny"))
                .post("/v1/runs")
                .then()
                .statusCode(422)
                .body("errors", hasSize(1))
                .body("errors[0].pointer", equalTo("/template"))
                .body("errors[0].message", containsString("model tiny has no chat template of its own"));
        given().contentType("application/json")
                .body(chat.formatted(SampleRun.checkpoint(2)))
                .post("/v1/runs")
                .then()
                .statusCode(202);
    }

    @Test
    void takesARunInJson() {
        given().contentType("application/json")
                .body("{\"model\": \"tiny\", \"dataset\": \"sums\", \"duration\": {\"max_steps\": 5}}")
                .post("/v1/runs")
                .then()
                .statusCode(202)
                .body("name", equalTo("tiny-badam"));
    }

    @Test
    void tellsOfARunRightAfterItsSubmission() {
        String id = submit(SPECIFICATION);
        given().get("/v1/runs/" + id)
                .then()
                .statusCode(200)
                .body("phase", equalTo("submitted"))
                .body("specification.optimizer.warmup_steps", equalTo(2))
                .body("specification.method.badam_switch_interval", equalTo(50))
                .body("model.checkpoint", equalTo(SampleRun.checkpoint(-1).value()))
                .body("model.name", equalTo("tiny"))
                .body("dataset.samples", equalTo(80))
                .body("evaluationData", contains("sums-held-out@1"))
                .body("progress.steps", equalTo(0))
                .body("plan", nullValue())
                .body("failure", nullValue());
    }

    @Test
    void whatItTellsCanBeSubmittedAgain() {
        String id = submit(SPECIFICATION);
        Object specification = given().get("/v1/runs/" + id).path("specification");
        given().contentType("application/json")
                .body(specification)
                .post("/v1/runs")
                .then()
                .statusCode(202);
    }

    @Test
    void theSameKeyAndSpecificationAreTheSameRun() {
        String key = UUID.randomUUID().toString();
        String first = withKey(key, SPECIFICATION).statusCode(202).extract().path("id");
        // Written otherwise, meaning the same.
        String reordered = "# a comment\n" + SPECIFICATION.replace("num_train_epochs: 2", "num_train_epochs: 2.0");
        withKey(key, reordered)
                .statusCode(202)
                .header("Idempotency-Replayed", "true")
                .body("id", equalTo(first));
        assertThat(commands(first)).hasSize(1);
    }

    @Test
    void theSameKeyWithAnotherSpecificationIsAConflict() {
        String key = UUID.randomUUID().toString();
        withKey(key, SPECIFICATION).statusCode(202);
        withKey(key, SPECIFICATION + "seed: 43\n")
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:finemesh:problem:idempotency-conflict"))
                .body("detail", containsString("another specification"));
    }

    @Test
    void aKeyStillStandsForItsRunWhenOnlyTheSchedulersWordIsLeft() {
        String key = UUID.randomUUID().toString();
        String id = withKey(key, SPECIFICATION).extract().path("id");
        // A gateway that starts long after sees the acceptance but no longer the command; ids come from keys alone.
        assertThat(new io.finemesh.gateway.submission.RunIds(new java.util.Random(1))
                        .of(key)
                        .value())
                .isEqualTo(id);
    }

    @Test
    void withoutAKeyEveryRequestIsANewRun() {
        assertThat(submit(SPECIFICATION)).isNotEqualTo(submit(SPECIFICATION));
    }

    @Test
    void namesMissingReferencesWithTheNearestAndEveryOtherErrorAtOnce() {
        given().contentType("application/yaml")
                .body("""
                        model: tinny
                        dataset: sum
                        duration: {max_steps: 5}
                        seed: -1
                        evaluation: {dataset: sums-heldout, tasks: [{task: exact_match}]}
                        """.getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:finemesh:problem:invalid-specification"))
                .body("errors.pointer", contains("/seed", "/model", "/dataset", "/evaluation/dataset"))
                .body("errors[1].suggestion", equalTo("tiny"))
                .body("errors[2].suggestion", equalTo("sums"))
                .body("errors[3].suggestion", equalTo("sums-held-out"))
                .body("errors[0].line", equalTo(4));
    }

    @Test
    void refusesAFirstBlockThatTheModelDoesNotHave() {
        given().contentType("application/yaml")
                .body((SPECIFICATION + "method: {badam_start_block: 3, badam_include_head: true}\n").getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/method/badam_start_block"))
                .body("errors[0].allowed", equalTo("0 to 2: the model is cut into 3 blocks"));
    }

    @Test
    void asksToTryAgainWhileTheStoreIsAway() {
        store.goAway(true);
        given().contentType("application/yaml")
                .body(SPECIFICATION.getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(503)
                .header("Retry-After", "5")
                .body("type", equalTo("urn:finemesh:problem:store-unavailable"));
    }

    @Test
    void asksToTryAgainWhileTheBrokerIsAwayAndThenTheSameKeyWorks() {
        String key = UUID.randomUUID().toString();
        broker.goAway(true);
        withKey(key, SPECIFICATION)
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("urn:finemesh:problem:kafka-unavailable"));
        broker.goAway(false);
        withKey(key, SPECIFICATION).statusCode(202).header("Idempotency-Replayed", nullValue());
    }

    @Test
    void tellsEverythingOfARunThatCompleted() {
        RunId run = play();
        given().get("/v1/runs/" + run)
                .then()
                .statusCode(200)
                .body("phase", equalTo("completed"))
                .body("plan.blocks", contains("layer.0", "layer.1"))
                .body("plan.memory.totalBytes", equalTo(13_600))
                .body("progress.steps", equalTo(20))
                .body("progress.committedSteps", equalTo(20))
                .body("progress.loss", is(1.1f))
                .body("checkpoints", hasSize(4))
                .body("checkpoints[3].block", equalTo("layer.1"))
                .body("checkpoints[3].changedTensors", equalTo(1))
                .body("evaluations.state", contains("completed", "completed"))
                .body("evaluations[1].scores[0].value", is(0.5f))
                .body("evaluations[1].scores[0].standardError", is(0.1f))
                .body("retries[0].failure.code", equalTo("trainer_lost"))
                .body("result.outputName", equalTo("tiny-tuned"))
                .body("result.checkpoint", equalTo(SampleRun.checkpoint(3).value()));
    }

    @Test
    void pagesThroughTheLedger() {
        RunId run = play();
        String next = given().get("/v1/runs/" + run + "/steps?limit=12")
                .then()
                .statusCode(200)
                .body("steps", hasSize(12))
                .body("steps[11].step", equalTo(11))
                .body("steps[10].epoch", equalTo(4))
                .body("steps.committed", everyItem(is(true)))
                .body("totalSteps", equalTo(20))
                .extract()
                .path("next");
        given().get(next)
                .then()
                .statusCode(200)
                .body("steps.step", contains(12, 13, 14, 15, 16, 17, 18, 19))
                .body("next", nullValue());
    }

    @Test
    void givesTheLedgerAsLinesOfJson() {
        RunId run = play();
        String lines = given().accept("application/x-ndjson")
                .get("/v1/runs/" + run + "/steps?from=18")
                .then()
                .statusCode(200)
                .contentType("application/x-ndjson")
                .extract()
                .asString();
        assertThat(lines.lines().toList()).hasSize(2).first().asString().startsWith("{\"step\":18,\"segment\":3,");
        assertThat(given().accept("application/x-ndjson")
                        .get("/v1/runs/" + run + "/steps")
                        .asString()
                        .lines())
                .hasSize(20);
    }

    @Test
    void listsRunsNewestFirstInPages() {
        String older = submit(SPECIFICATION);
        String newer = submit(SPECIFICATION);
        String next = given().get("/v1/runs?limit=1&phase=submitted")
                .then()
                .statusCode(200)
                .body("runs.id", contains(newer))
                .body("runs[0].method", equalTo("badam"))
                .extract()
                .path("next");
        given().get(next).then().statusCode(200).body("runs.id", contains(older));
        given().get("/v1/runs?limit=1000")
                .then()
                .body("runs.id", hasItem(older))
                .body("next", nullValue());
    }

    @Test
    void cancelsARunThatGoesOnAndRefusesOneThatEnded() {
        String id = submit(SPECIFICATION);
        given().contentType("application/json")
                .body("{\"reason\": \"loss does not fall\"}")
                .post("/v1/runs/" + id + "/cancel")
                .then()
                .statusCode(202)
                .body("id", equalTo(id));
        assertThat(commands(id).getLast().body()).isEqualTo(new CancelRun(new RunId(id), "loss does not fall"));
        given().get("/v1/runs/" + id).then().body("cancelRequested", is(true));
        given().delete("/v1/runs/" + id).then().statusCode(202);
        given().post("/v1/runs/" + id + "/cancel").then().statusCode(202);
        assertThat(commands(id)).hasSize(4);

        given().delete("/v1/runs/" + play())
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:finemesh:problem:run-ended"))
                .body("detail", containsString("completed"));
    }

    @Test
    void suggestsTheNearestRun() {
        String id = submit(SPECIFICATION);
        String mistyped = id.substring(0, id.length() - 1) + (id.endsWith("0") ? "1" : "0");
        given().get("/v1/runs/" + mistyped)
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:finemesh:problem:unknown-run"))
                .body("suggestions", hasItem(id));
    }

    @Test
    void passesTheCallersTraceOnWhereTracingIsOff() {
        String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        String id = given().contentType("application/yaml")
                .header("traceparent", traceparent)
                .body(SPECIFICATION.getBytes(UTF_8))
                .post("/v1/runs")
                .path("id");
        assertThat(commands(id).getFirst().traceparent()).contains(traceparent);
        String other = given().contentType("application/yaml")
                .header("traceparent", "00-nonsense")
                .body(SPECIFICATION.getBytes(UTF_8))
                .post("/v1/runs")
                .path("id");
        assertThat(commands(other).getFirst().traceparent()).isEmpty();
    }

    private static String submit(String specification) {
        return given().contentType("application/yaml")
                .body(specification.getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static ValidatableResponse withKey(String key, String specification) {
        return given().contentType("application/yaml")
                .header("Idempotency-Key", key)
                .body(specification.getBytes(UTF_8))
                .post("/v1/runs")
                .then();
    }

    /** A whole run of its own, told by the services and folded. */
    private RunId play() {
        RunId run = new RunId("run-" + UUID.randomUUID());
        List<Occurrence> told = SampleRun.occurrences(run);
        broker.say(told);
        await().until(() -> board.read(mesh -> mesh.run(run)
                        .filter(view -> view.phase().ended() && view.stepCount() == SampleRun.STEPS)
                        .map(RunView::checkpoints)
                        .filter(checkpoints -> checkpoints.size() == 4)
                        .isPresent()
                && mesh.run(run).orElseThrow().evaluations().size() == 2
                && mesh.run(run).orElseThrow().retries().size() == 1));
        return run;
    }

    private List<Envelope<RunCommand>> commands(String run) {
        EventCodec codec = new EventCodec();
        return broker.records(Topics.RUN_COMMANDS.name()).stream()
                .filter(record ->
                        Optional.ofNullable(record.key()).filter(run::equals).isPresent())
                .map(record -> codec.decode(Topics.RUN_COMMANDS, record))
                .toList();
    }
}
