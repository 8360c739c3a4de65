package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.finemesh.contract.evaluation.CancelEvaluation;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationRequest;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.evaluation.TaskRecords;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.finemesh.gateway.fake.SampleRun;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class EvaluationResourceTest {
    private static final String ASKED = """
            checkpoint: tiny
            dataset: sums-held-out
            tasks:
              - task: gsm8k
                examples: sums
                shots: 2
                limit: 10
              - task: held_out_loss
            """;

    private final EventCodec codec = new EventCodec();

    FakeStore store;

    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    @Inject
    Clock clock;

    @BeforeEach
    void ready() {
        store.reset();
        await().until(board::rebuilt);
    }

    @Test
    void anEvaluationIsAskedForWithEverythingItNeeds() {
        String id = asked(UUID.randomUUID().toString());

        RequestEvaluation request = requests(RequestEvaluation.class, id).getFirst();
        assertThat(request.work().checkpoint()).isEqualTo(SampleRun.checkpoint(-1));
        assertThat(request.work().dataset().orElseThrow().version().value()).isEqualTo("sums-held-out@1");
        assertThat(request.work().datasets()).containsOnlyKeys("sums", "sums-held-out");
        assertThat(request.work().tasks())
                .extracting(task -> task.task())
                .containsExactly(EvaluationTask.GSM8K, EvaluationTask.HELD_OUT_LOSS);
        assertThat(request.work().tasks().getFirst().options().orElseThrow().shots())
                .hasValue(2);
        given().get("/v1/evaluations/" + id).then().statusCode(200).body("state", equalTo("requested"));
    }

    @Test
    void theSameKeyIsTheSameEvaluation() {
        String key = UUID.randomUUID().toString();

        assertThat(asked(key)).isEqualTo(asked(key));
    }

    @Test
    void everyWrongFieldIsNamed() {
        given().contentType("application/yaml")
                .body("""
                        checkpoint: nobody
                        dataset: nothing
                        tasks:
                          - task: gsm8k
                            examples: nowhere
                        """.getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("type", equalTo("urn:finemesh:problem:invalid-evaluation"))
                .body("errors.pointer", contains("/checkpoint", "/dataset", "/tasks/0/examples"));
        given().contentType("application/yaml")
                .body("tasks: [{task: mmlu}, {task: svamp, shots: 3, examples: e}, {task: own}]\nremote: {url: ftp://x}"
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/checkpoint"))
                .body("errors.pointer", hasItem("/tasks/0/subject"))
                .body("errors.pointer", hasItem("/tasks/0/examples"))
                .body("errors.pointer", hasItem("/tasks/1/shots"))
                .body("errors.pointer", hasItem("/tasks/1/examples"))
                .body("errors.pointer", hasItem("/tasks/2/definition"))
                .body("errors.pointer", hasItem("/remote/url"))
                .body("errors.pointer", hasItem("/dataset"));
    }

    @Test
    void anUpdateReportNeedsNoDataAndComparesWithWhatIsNamed() {
        String id = given().contentType("application/json")
                .body("{\"checkpoint\": \"" + SampleRun.checkpoint(-1) + "\", \"against\": \""
                        + SampleRun.checkpoint(-1) + "\", \"tasks\": [{\"task\": \"update_report\"}]}")
                .post("/v1/evaluations")
                .then()
                .statusCode(202)
                .extract()
                .path("id");

        RequestEvaluation request = requests(RequestEvaluation.class, id).getFirst();
        assertThat(request.work().dataset()).isEmpty();
        assertThat(request.work().base()).contains(SampleRun.checkpoint(-1));
        assertThat(request.work().tasks())
                .containsExactly(new TaskSpecification(EvaluationTask.UPDATE_REPORT, 0, 0, Optional.empty()));
    }

    @Test
    void whatAnUpdateReportDoesNotTakeIsNamed() {
        given().contentType("application/yaml")
                .body("checkpoint: nobody\nagainst: nobody-either\ntasks: [{task: update_report}]".getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/checkpoint", "/against"));
        given().contentType("application/yaml")
                .body(
                        "checkpoint: m\ntasks: [{task: update_report, limit: 3, max_new_tokens: 4, chat: true, dataset: d}]"
                                .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/tasks/0/limit"))
                .body("errors.pointer", hasItem("/tasks/0/max_new_tokens"))
                .body("errors.pointer", hasItem("/tasks/0/chat"))
                .body("errors.pointer", hasItem("/tasks/0/dataset"));
        given().contentType("application/yaml")
                .body("checkpoint: m\ndataset: sums\nagainst: m\ntasks: [{task: svamp}]".getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/against"));
    }

    @Test
    void mtBenchIsAskedForWithItsJudge() {
        store.addDataset("questions", "documents");
        store.addDataset("prompts", "documents");
        String id = given().contentType("application/yaml")
                .body(("checkpoint: " + SampleRun.checkpoint(-1)
                                + "\ndataset: questions\ntasks: [{task: mt_bench}]\njudge: {checkpoint: tiny, prompts: prompts}")
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(202)
                .extract()
                .path("id");

        RequestEvaluation request = requests(RequestEvaluation.class, id).getFirst();
        assertThat(request.work().judge().orElseThrow().checkpoint()).contains(SampleRun.checkpoint(-1));
        assertThat(request.work().judge().orElseThrow().prompts().version().value())
                .isEqualTo("prompts@1");
        assertThat(request.work().tasks().getFirst().maxNewTokens()).isEqualTo(1024);
    }

    @Test
    void aServerWritesTheAnswersOfOpenQuestionsAndGivesNoLikelihoods() {
        store.addDataset("questions", "documents");
        store.addDataset("prompts", "documents");
        String asked = "checkpoint: " + SampleRun.checkpoint(-1)
                + "\ndataset: questions\njudge: {url: 'http://h/v1', model: gpt, prompts: prompts, budget: {requests: 9}}"
                + "\nremote: {url: 'http://s/v1', model: mine}\ntasks: [{task: mt_bench}";
        String id = given().contentType("application/yaml")
                .body((asked + "]").getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        RequestEvaluation request = requests(RequestEvaluation.class, id).getFirst();
        assertThat(request.work().settings().remote().orElseThrow().model()).isEqualTo("mine");
        assertThat(request.work().judge().orElseThrow().budget().orElseThrow().requests())
                .hasValue(9);
        given().contentType("application/yaml")
                .body((asked + ", {task: aqua}, {task: update_report}]").getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/remote"))
                .body("errors[0].message", containsString("gives no likelihoods, which aqua needs"));
    }

    @Test
    void pairsOfAnswersAreComparedWithAnotherCheckpoint() {
        store.addDataset("questions", "documents");
        store.addDataset("prompts", "documents");
        String asked = "checkpoint: " + SampleRun.checkpoint(-1)
                + "\ndataset: questions\ntasks: [{task: mt_bench_pairwise}]\njudge: {checkpoint: tiny, prompts: prompts}";
        String id = given().contentType("application/yaml")
                .body(asked.getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        RequestEvaluation request = requests(RequestEvaluation.class, id).getFirst();
        assertThat(request.work().base()).as("then what it was trained from").isEmpty();
        assertThat(request.work().tasks().getFirst().maxNewTokens()).isEqualTo(1024);
        given().contentType("application/yaml")
                .body((asked + "\nagainst: " + SampleRun.checkpoint(-1)).getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/against"))
                .body("errors[0].message", containsString("name another one to compare it with"));
    }

    @Test
    void superGlueNeedsOneOfItsTasks() {
        given().contentType("application/yaml")
                .body("checkpoint: m\ndataset: sums\ntasks: [{task: superglue}, {task: superglue, subject: axb}]"
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/tasks/0/subject", "/tasks/1/subject"))
                .body("errors[1].message", containsString("boolq, cb, copa, multirc, record, rte, wic or wsc"));
    }

    @Test
    void documentsAreAskedAndNotReadAsConversations() {
        store.addDataset("questions", "documents");
        given().contentType("application/yaml")
                .body(("checkpoint: " + SampleRun.checkpoint(-1)
                                + "\ndataset: questions\ntasks: [{task: aqua}, {task: exact_match}]")
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/dataset"))
                .body("errors[0].message", containsString("documents"));
        given().contentType("application/yaml")
                .body(("checkpoint: " + SampleRun.checkpoint(-1) + "\ndataset: questions\ntasks: [{task: aqua}]")
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(202);
        given().contentType("application/yaml")
                .body("model: tiny\ndataset: questions\nduration: {max_steps: 1}".getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/dataset"));
    }

    @Test
    void progressScoresAndRecordsAreToldAsTheyCome() {
        String id = asked(UUID.randomUUID().toString());
        EvaluationId evaluation = new EvaluationId(id);
        say(new EvaluationStarted(evaluation, Optional.empty(), SampleRun.checkpoint(-1), "evaluator-0"));
        RangeScored range = range(evaluation, 0, 6);
        say(range);
        say(range);
        await().untilAsserted(() -> given().get("/v1/evaluations/" + id)
                .then()
                .body("state", equalTo("started"))
                .body("answered", equalTo(6))
                .body("questions", equalTo(10))
                .body("records", empty()));
        BlobReference samples = store.keep("{\"doc_id\":0}\n".getBytes(UTF_8));
        BlobReference results = store.keep("{\"results\":{}}".getBytes(UTF_8));
        say(new EvaluationCompleted(
                evaluation,
                Optional.empty(),
                SampleRun.checkpoint(-1),
                0,
                "w",
                List.of(new TaskScore("gsm8k", "exact_match,strict-match", 0.5, OptionalDouble.of(0.1), 10, true)),
                40,
                Optional.of(List.of(new TaskRecords("gsm8k", samples, results))),
                Optional.empty()));
        await().untilAsserted(() -> given().get("/v1/evaluations/" + id).then().body("state", equalTo("completed")));

        given().get("/v1/evaluations/" + id + "/tasks/gsm8k/samples")
                .then()
                .statusCode(200)
                .contentType("application/x-ndjson")
                .body(equalTo("{\"doc_id\":0}\n"));
        given().get("/v1/evaluations/" + id + "/tasks/gsm8k/results")
                .then()
                .statusCode(200)
                .body("results", equalTo(Map.of()));
        given().get("/v1/evaluations/" + id + "/tasks/svamp/samples")
                .then()
                .statusCode(404)
                .body("detail", containsString("it has those of [gsm8k]"));
        given().get("/v1/evaluations?checkpoint=" + SampleRun.checkpoint(-1))
                .then()
                .statusCode(200)
                .body("evaluations.id", hasItem(id));
        given().get("/samples.html").then().statusCode(200).body(containsString("Records of an evaluation"));
        given().post("/v1/evaluations/" + id + "/cancel").then().statusCode(409);
    }

    @Test
    void anEvaluationIsTakenBack() {
        String id = asked(UUID.randomUUID().toString());

        given().contentType("application/json")
                .body("{\"reason\": \"wrong data\"}")
                .post("/v1/evaluations/" + id + "/cancel")
                .then()
                .statusCode(202);

        assertThat(requests(CancelEvaluation.class, id))
                .extracting(CancelEvaluation::reason)
                .containsExactly("wrong data");
        given().post("/v1/evaluations/ev-unknown/cancel").then().statusCode(404);
        given().get("/v1/evaluations?checkpoint=" + "ck-" + "f".repeat(32))
                .then()
                .body("evaluations", hasSize(0));
    }

    private static RangeScored range(EvaluationId evaluation, int from, int to) {
        return new RangeScored(
                evaluation,
                Optional.empty(),
                SampleRun.checkpoint(-1),
                "gsm8k",
                from,
                to,
                10,
                new BlobDigest("a".repeat(64)),
                new BlobReference(new BlobDigest("b".repeat(64)), 5),
                "evaluator-0",
                7);
    }

    private String asked(String key) {
        return given().contentType("application/yaml")
                .header("Idempotency-Key", key)
                .body(ASKED.getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(202)
                .header("Location", containsString("/v1/evaluations/ev-"))
                .extract()
                .path("id");
    }

    private void say(EvaluationEvent event) {
        broker.say(
                Topics.EVALUATION_EVENTS,
                Envelope.starting(
                        new EventId(UUID.randomUUID().toString()),
                        "/evaluator/test",
                        event.subject(),
                        clock.instant(),
                        Optional.empty(),
                        event));
    }

    private <T extends EvaluationRequest> List<T> requests(Class<T> type, String evaluation) {
        return broker.records(Topics.EVALUATION_REQUESTS.name()).stream()
                .map(record -> codec.decode(Topics.EVALUATION_REQUESTS, record).body())
                .filter(request -> request.evaluation().value().equals(evaluation))
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
