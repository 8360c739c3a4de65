package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.hasItem;

import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeStore;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.finemesh.gateway.fake.SampleRun;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the judge of an evaluation is named, and what of it is refused. */
@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class JudgeRequestTest {
    FakeStore store;

    @Inject
    Board board;

    @BeforeEach
    void ready() {
        store.reset();
        await().until(board::rebuilt);
    }

    @Test
    void whatIsWrongWithAJudgeIsNamed() {
        given().contentType("application/yaml")
                .body("checkpoint: m\ndataset: sums\ntasks: [{task: mt_bench, chat: true}]".getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/judge"))
                .body("errors.pointer", hasItem("/tasks/0/chat"));
        given().contentType("application/yaml")
                .body("checkpoint: m\ndataset: sums\ntasks: [{task: svamp}]\njudge: {checkpoint: m, url: 'http://h/v1'}"
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/judge"))
                .body("errors.pointer", hasItem("/judge/url"))
                .body("errors.pointer", hasItem("/judge/model"))
                .body("errors.pointer", hasItem("/judge/prompts"));
        given().contentType("application/yaml")
                .body(("checkpoint: " + SampleRun.checkpoint(-1)
                                + "\ndataset: sums\ntasks: [{task: mt_bench}]\njudge: {checkpoint: nobody, prompts: nothing, references: none}")
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", containsInAnyOrder("/judge/checkpoint", "/judge/prompts", "/judge/references"));
    }

    @Test
    void aJudgeThatIsACheckpointHasNothingOfAServer() {
        given().contentType("application/yaml")
                .body(
                        "checkpoint: m\ndataset: sums\ntasks: [{task: mt_bench}]\njudge: {checkpoint: m, model: gpt, secret: key, prompts: p, budget: {tokens: 9}}"
                                .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", containsInAnyOrder("/judge/model", "/judge/secret", "/judge/budget"));
    }

    @Test
    void judgmentsThatWereMadeBeforeAreAJudge() {
        String least = "checkpoint: " + SampleRun.checkpoint(-1) + "\ndataset: sums\ntasks: [{task: mt_bench}]\n";
        given().contentType("application/yaml")
                .body((least + "judge: {judgments: nowhere, model: gpt-4, prompts: sums}").getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/judge/judgments"));
        given().contentType("application/yaml")
                .body((least
                                + "judge: {judgments: sums, url: 'http://h', secret: s, prompts: sums, budget: {tokens: 9}}")
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body(
                        "errors.pointer",
                        containsInAnyOrder("/judge/url", "/judge/secret", "/judge/budget", "/judge/model"));
        given().contentType("application/yaml")
                .body((least.replace("mt_bench", "mt_bench_pairwise")
                                + "judge: {judgments: sums, model: gpt-4, prompts: sums}")
                        .getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/judge/judgments"));
        given().contentType("application/yaml")
                .body((least + "judge: {judgments: sums, model: gpt-4, prompts: sums}").getBytes(UTF_8))
                .post("/v1/evaluations")
                .then()
                .statusCode(202);
    }
}
