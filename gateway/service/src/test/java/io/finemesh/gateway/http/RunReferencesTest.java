package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.finemesh.contract.run.RunCommand;
import io.finemesh.contract.run.SubmitRun;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the names in a specification stand for travels with the run. */
@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class RunReferencesTest {
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

    @Test
    void whereItsDataComeFromGoesWithARun() {
        String source = "hub:owner/sums@0123456789abcdef0123456789abcdef01234567:train.jsonl";
        given().contentType("application/x-ndjson")
                .body("{}\n".getBytes(UTF_8))
                .queryParam("source", source)
                .post("/v1/datasets?name=fetched")
                .then()
                .statusCode(201)
                .body("source", equalTo(source));
        String id = given().contentType("application/yaml")
                .body("model: tiny\ndataset: fetched\nduration: {max_steps: 5}\n".getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        assertThat(submitted(id)).isInstanceOfSatisfying(SubmitRun.class, submit -> assertThat(
                        submit.dataset().source())
                .contains(source));
        given().contentType("application/x-ndjson")
                .body("{}\n".getBytes(UTF_8))
                .queryParam("source", "two\nlines")
                .post("/v1/datasets?name=fetched")
                .then()
                .statusCode(400)
                .body("detail", containsString("printable characters"));
    }

    @Test
    void whatTheTasksOfAnEvaluationNameIsResolvedWithTheRest() {
        store.addDataset("quiz", "documents");
        store.addDataset("questions", "documents");
        store.addDataset("prompts", "documents");
        String specification = """
                model: tiny
                dataset: sums
                duration: {max_steps: 5}
                evaluation:
                  against: %s
                  judge: {checkpoint: %s, prompts: %s}
                  tasks:
                    - {task: superglue, subject: boolq, dataset: quiz}
                    - {task: mt_bench, dataset: questions}
                    - {task: update_report}
                """;
        String id = given().contentType("application/yaml")
                .body(specification
                        .formatted(SampleRun.checkpoint(2), "tiny", "prompts")
                        .getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        assertThat(submitted(id)).isInstanceOfSatisfying(SubmitRun.class, submit -> {
            assertThat(submit.evaluationDataset()).isEmpty();
            assertThat(submit.evaluation()).hasValueSatisfying(evaluation -> {
                assertThat(evaluation.datasets()).containsOnlyKeys("quiz", "questions", "prompts");
                assertThat(evaluation.base()).contains(SampleRun.checkpoint(2));
                assertThat(evaluation.judge()).contains(SampleRun.checkpoint(-1));
            });
        });

        given().contentType("application/yaml")
                .body(specification
                        .formatted("none@champion", "tinny", "prompt")
                        .replace("dataset: quiz", "dataset: quizz")
                        .replace("max_steps: 5", "max_steps: 0")
                        .getBytes(UTF_8))
                .post("/v1/runs")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/duration/max_steps"))
                .body("errors.pointer", hasItem("/evaluation/against"))
                .body("errors.pointer", hasItem("/evaluation/judge/checkpoint"))
                .body("errors.pointer", hasItem("/evaluation/judge/prompts"))
                .body("errors.pointer", hasItem("/evaluation/tasks/0/dataset"));
    }

    private RunCommand submitted(String run) {
        return broker.records(Topics.RUN_COMMANDS.name()).stream()
                .map(record ->
                        new EventCodec().decode(Topics.RUN_COMMANDS, record).body())
                .filter(command -> command.runId().value().equals(run))
                .findFirst()
                .orElseThrow();
    }
}
