package io.finemesh.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.e2e.RunningMesh.Stage;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A policy's gate lets a better checkpoint take the alias and keeps a worse one away; the alias goes back by itself when its holder falls behind, and when a person says so. */
@ExtendWith(RunningMesh.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PromotionTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String ALIAS = "/v1/aliases/e2e-loop/champion";
    private static final String DATASET = "e2e-loop-data";
    private static final int ENOUGH = 60;
    private static final String POLICY = """
            name: e2e-loop
            model: e2e-loop
            dataset: e2e-loop-data
            triggers:
              - kind: volume
                samples: 60
            limits:
              cooldown_seconds: 0
            run:
              template: plain
              method:
                finetuning: adamw
              optimizer:
                learning_rate: LEARNING_RATE
                lr_scheduler_type: constant
              batch:
                per_device_train_batch_size: 8
                cutoff_len: 64
              duration:
                max_steps: 12
              evaluation:
                tasks:
                  - task: held_out_loss
            gate:
              rules:
                - rule: no_regression
                  task: held_out_loss
                  metric: loss
                  better: lower
            """;

    private static List<String> rows;
    private static String first;
    private static String better;

    @BeforeAll
    static void anAliasThatAPersonPutInPlaceAndAPolicy(Stage stage) throws Exception {
        first = stage.gateway().importModel("e2e-loop", stage.files().modelDirectory());
        rows = Files.readAllLines(stage.files().training(ProblemFamily.SUMS)).stream()
                .distinct()
                .toList();
        stage.gateway()
                .request()
                .contentType("application/json")
                .body("{\"checkpoint\":\"" + first + "\"}")
                .put(ALIAS)
                .then()
                .statusCode(202);
        await().atMost(PATIENCE).until(() -> holder(stage).equals(Optional.of(first)));
        apply(stage, "3.0e-3");
    }

    private static void apply(Stage stage, String learningRate) {
        stage.gateway()
                .request()
                .contentType("application/yaml")
                .body(POLICY.replace("LEARNING_RATE", learningRate))
                .post("/v1/policies")
                .then()
                .statusCode(200);
    }

    private static void append(Stage stage, List<String> records) {
        stage.gateway()
                .request()
                .contentType("application/x-ndjson")
                .queryParam("held_out", "0.3")
                .body(String.join("\n", records))
                .post("/v1/datasets/" + DATASET + "/records")
                .then()
                .statusCode(201);
    }

    private static Optional<String> holder(Stage stage) {
        return stage.gateway().request().get(ALIAS).statusCode() == 200
                ? Optional.of(stage.gateway().get(ALIAS).path("checkpoint").asText())
                : Optional.empty();
    }

    /** The newest decision about the alias, once there are so many. */
    private static JsonNode decision(Stage stage, int count) {
        await().atMost(PATIENCE)
                .until(() -> stage.gateway().get(ALIAS).path("decisions").size() >= count);
        return stage.gateway().get(ALIAS).path("decisions").path(0);
    }

    private static JsonNode newestMove(Stage stage) {
        return stage.gateway().get(ALIAS).path("moves").path(0);
    }

    @Test
    @Order(1)
    void whatScoresBetterTakesTheAlias(Stage stage) {
        append(stage, rows.subList(0, 2 * ENOUGH));

        JsonNode decision = decision(stage, 1);

        better = decision.path("challenger").asText();
        assertThat(decision.path("verdict").asText()).isEqualTo("promoted");
        assertThat(decision.path("champion").asText()).isEqualTo(first).isNotEqualTo(better);
        assertThat(decision.path("evidence")).hasSize(1);
        assertThat(decision.path("evaluations")).hasSize(2);
        await().atMost(PATIENCE).until(() -> holder(stage).equals(Optional.of(better)));
        assertThat(newestMove(stage).path("reason").asText()).isEqualTo("promoted");
    }

    @Test
    @Order(2)
    void whyLeadsFromTheAliasBackToTheRowsThatFired(Stage stage) {
        JsonNode why = stage.gateway().get(ALIAS + "/why");

        List<String> kinds = new ArrayList<>();
        why.path("chain").forEach(link -> kinds.add(link.path("kind").asText()));
        assertThat(kinds).filteredOn("evaluation"::equals).hasSize(2);
        assertThat(new LinkedHashSet<>(kinds))
                .containsExactly(
                        "alias", "gate", "evaluation", "checkpoint", "run", "segment", "base", "data", "trigger");
        assertThat(why.path("checkpoint").asText()).isEqualTo(better);
        assertThat(why.at("/chain/2/sentence").asText()).contains(DATASET).contains(":held-out");
        assertThat(why.at("/chain/" + (kinds.size() - 1) + "/sentence").asText())
                .contains("volume")
                .contains("it fires from 60 samples on");
    }

    @Test
    @Order(3)
    void anEvaluationOnOtherDataIsNoRegression(Stage stage) throws Exception {
        stage.gateway()
                .upload(
                        "e2e-loop-strange",
                        "alpaca",
                        String.join("\n", strange(20)).getBytes("UTF-8"));

        assertThat(loss(stage, evaluate(stage, "e2e-loop-strange")))
                .isGreaterThan(loss(stage, evaluate(stage, DATASET + "@1:held-out")));

        assertThat(stage.gateway().get(ALIAS).path("decisions")).hasSize(1);
        assertThat(holder(stage)).contains(better);
    }

    @Test
    @Order(4)
    void aHolderThatFallsBehindOnNewHeldOutDataGivesTheAliasBack(Stage stage) {
        append(stage, strange(ENOUGH / 2));
        evaluate(stage, DATASET + ":held-out");

        JsonNode decision = decision(stage, 2);
        assertThat(decision.path("verdict").asText()).isEqualTo("regressed");
        assertThat(decision.path("challenger").asText()).isEqualTo(better);
        await().atMost(PATIENCE).until(() -> holder(stage).equals(Optional.of(first)));
        assertThat(newestMove(stage).path("reason").asText()).isEqualTo("regressed");
    }

    @Test
    @Order(5)
    void aPersonMovesTheAliasWhateverAGateSays(Stage stage) {
        stage.gateway()
                .request()
                .contentType("application/json")
                .body("{\"checkpoint\":\"" + better + "\",\"reason\":\"strange rows do not count\",\"by\":\"ada\"}")
                .put(ALIAS)
                .then()
                .statusCode(202);

        await().atMost(PATIENCE).until(() -> holder(stage).equals(Optional.of(better)));
        assertThat(newestMove(stage).path("reason").asText()).isEqualTo("commanded");
    }

    @Test
    @Order(6)
    void whatScoresWorseDoesNotTakeTheAlias(Stage stage) {
        apply(stage, "0.5");
        append(stage, rows.subList(2 * ENOUGH, 4 * ENOUGH));

        JsonNode decision = decision(stage, 3);

        assertThat(decision.path("verdict").asText()).isEqualTo("rejected");
        assertThat(decision.path("champion").asText()).isEqualTo(better);
        assertThat(decision.path("evidence").path(0).asText()).endsWith("failed");
        assertThat(holder(stage)).contains(better);
        assertThat(stage.gateway().get("/v1/aliases/e2e-loop/challenger").path("checkpoint"))
                .isEqualTo(decision.path("challenger"));
    }

    @Test
    @Order(7)
    void aPersonTakesTheLastMoveBack(Stage stage) {
        stage.gateway()
                .request()
                .contentType("application/json")
                .body("{\"reason\":\"they do\",\"by\":\"ada\"}")
                .post(ALIAS + "/rollback")
                .then()
                .statusCode(202);

        await().atMost(PATIENCE).until(() -> holder(stage).equals(Optional.of(first)));
        assertThat(newestMove(stage).path("reason").asText()).isEqualTo("rolled_back");
        assertThat(newestMove(stage).path("by").asText()).isEqualTo("ada");
    }

    /** Rows like nothing that is trained on. */
    private static List<String> strange(int count) {
        List<String> strange = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            strange.add(MAPPER.createObjectNode()
                    .put("instruction", "Say number " + row + " in another way!")
                    .put("output", "qwzx vkjq ".repeat(3) + row)
                    .toString());
        }
        return strange;
    }

    /** Has the holder evaluated and waits for the end. */
    private static String evaluate(Stage stage, String dataset) {
        String id = stage.gateway()
                .evaluateYaml("checkpoint: " + better + "\ndataset: " + dataset
                        + "\ntasks:\n  - task: held_out_loss\ntemplate: plain\n");
        await().atMost(PATIENCE).until(() -> stage.gateway()
                .get("/v1/evaluations/" + id)
                .path("state")
                .asText()
                .equals("completed"));
        return id;
    }

    private static double loss(Stage stage, String evaluation) {
        for (JsonNode score :
                stage.gateway().get("/v1/evaluations/" + evaluation).path("scores")) {
            if (score.path("metric").asText().equals("loss")) {
                return score.path("value").asDouble();
            }
        }
        throw new AssertionError(evaluation + " has no loss");
    }
}
