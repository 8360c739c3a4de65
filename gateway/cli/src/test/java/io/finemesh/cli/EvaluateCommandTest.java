package io.finemesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvaluateCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private FakeGateway gateway;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private int finemesh(String... arguments) {
        return gateway.finemesh(out, err, arguments);
    }

    @Test
    void anEvaluationIsAskedForAndWaitedFor() {
        gateway.on("POST /v1/evaluations", 202, "{\"id\":\"ev-1\"}");
        gateway.on("GET /v1/evaluations/ev-1", 200, "{\"state\":\"started\",\"answered\":6,\"questions\":10}");
        gateway.on(
                "GET /v1/evaluations/ev-1",
                200,
                "{\"state\":\"completed\",\"scores\":[{\"task\":\"gsm8k\",\"metric\":\"exact_match,strict-match\",\"value\":0.5,"
                        + "\"standardError\":0.1,\"samples\":10,\"limited\":true}],\"records\":[{\"task\":\"gsm8k\",\"view\":\"/samples.html?x\"}]}");

        assertThat(finemesh("evaluate", "m@champion", "--task", "gsm8k", "--dataset", "d", "--limit", "10"))
                .isZero();

        assertThat(gateway.requests().getFirst().body())
                .contains("\"checkpoint\":\"m@champion\"", "\"task\":\"gsm8k\"", "\"limit\":10");
        assertThat(out.toString())
                .contains(
                        "6 of 10 answered", "exact_match,strict-match", "limited run, not a score", "/samples.html?x");
    }

    @Test
    void anEvaluationThatFailsIsNoAndSaysWhy() {
        gateway.on("POST /v1/evaluations", 202, "{\"id\":\"ev-1\"}");
        gateway.on(
                "GET /v1/evaluations/ev-1",
                200,
                "{\"state\":\"failed\",\"failure\":{\"message\":\"there is no checkpoint\"}}");

        assertThat(finemesh("evaluate", "m", "--task", "svamp", "--dataset", "d"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("there is no checkpoint");
    }

    @Test
    void anOptionGoesToTheTasksThatTakeIt() throws Exception {
        gateway.on("POST /v1/evaluations", 202, "{\"id\":\"ev-1\"}");

        String[] asked = {
            "evaluate", "m", "--task", "gsm8k", "--task", "aqua", "--task", "superglue", "--task", "svamp",
            "--dataset", "d", "--examples", "worked", "--shots", "3", "--subject", "boolq", "--max-new-tokens", "64",
            "--chat", "--limit", "9", "--no-wait"
        };
        assertThat(finemesh(asked)).isZero();

        JsonNode tasks = new ObjectMapper()
                .readTree(gateway.requests().getFirst().body())
                .path("tasks");
        assertThat(tasks.path(0))
                .hasToString(
                        "{\"task\":\"gsm8k\",\"limit\":9,\"max_new_tokens\":64,\"examples\":\"worked\",\"shots\":3,\"chat\":true}");
        assertThat(tasks.path(1)).hasToString("{\"task\":\"aqua\",\"limit\":9,\"chat\":true}");
        assertThat(tasks.path(2))
                .hasToString("{\"task\":\"superglue\",\"limit\":9,\"chat\":true,\"subject\":\"boolq\"}");
        assertThat(tasks.path(3)).hasToString("{\"task\":\"svamp\",\"limit\":9,\"max_new_tokens\":64,\"chat\":true}");
    }

    @Test
    void serversAreNamedWithTheirBudget() throws Exception {
        gateway.on("POST /v1/evaluations", 202, "{\"id\":\"ev-1\"}");

        String[] asked = {
            "evaluate",
            "m",
            "--task",
            "mt_bench",
            "--dataset",
            "d",
            "--no-wait",
            "--remote-url",
            "http://s/v1",
            "--remote-model",
            "mine",
            "--remote-secret",
            "served",
            "--judge-url",
            "http://h/v1",
            "--judge-model",
            "gpt",
            "--judge-prompts",
            "p",
            "--judge-requests",
            "200",
            "--judge-tokens",
            "90000"
        };
        assertThat(finemesh(asked)).isZero();

        JsonNode body =
                new ObjectMapper().readTree(gateway.requests().getFirst().body());
        assertThat(body.path("remote"))
                .hasToString("{\"url\":\"http://s/v1\",\"model\":\"mine\",\"secret\":\"served\"}");
        assertThat(body.path("judge"))
                .hasToString(
                        "{\"url\":\"http://h/v1\",\"model\":\"gpt\",\"prompts\":\"p\",\"budget\":{\"requests\":200,\"tokens\":90000}}");
    }

    @Test
    void judgmentsThatWereMadeBeforeAreNamedLikeOtherData() throws Exception {
        gateway.on("POST /v1/evaluations", 202, "{\"id\":\"ev-1\"}");
        assertThat(finemesh(
                        "evaluate",
                        "m",
                        "--task",
                        "mt_bench",
                        "--dataset",
                        "q",
                        "--judge-judgments",
                        "j",
                        "--judge-model",
                        "gpt-4",
                        "--judge-prompts",
                        "p",
                        "--no-wait"))
                .isZero();
        assertThat(new ObjectMapper()
                        .readTree(gateway.requests().getFirst().body())
                        .path("judge"))
                .hasToString("{\"model\":\"gpt-4\",\"prompts\":\"p\",\"judgments\":\"j\"}");
    }

    @Test
    void optionsThatNoTaskTakesAreAllRefusedBeforeAnythingIsAsked() {
        assertThat(finemesh(
                        "evaluate",
                        "m",
                        "--task",
                        "aqua",
                        "--task",
                        "sat_math",
                        "--dataset",
                        "d",
                        "--examples",
                        "worked",
                        "--shots",
                        "3",
                        "--max-new-tokens",
                        "64"))
                .isEqualTo(2);

        assertThat(err.toString())
                .contains(
                        "--examples belongs to gsm8k, gsm8k_cot, gsm8k_cot_llama, mmlu, and --task is aqua, sat_math",
                        "--shots belongs to gsm8k, gsm8k_cot, gsm8k_cot_llama, and --task is",
                        "--max-new-tokens belongs to none of aqua, held_out_loss,");
        assertThat(gateway.requests()).isEmpty();
    }
}
