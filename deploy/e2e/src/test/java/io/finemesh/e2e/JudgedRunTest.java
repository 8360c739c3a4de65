package io.finemesh.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.e2e.RunningMesh.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A run whose last checkpoint is judged by a model behind a server, asked by likelihood on data of its own, and compared with where it began. */
@ExtendWith(RunningMesh.class)
class JudgedRunTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String EVALUATION = """
            evaluation:
              tasks:
                - {task: mt_bench, dataset: e2e-mt-questions, max_new_tokens: 8}
                - {task: superglue, subject: boolq, dataset: e2e-boolq}
                - {task: update_report}
                - {task: mt_bench_pairwise, dataset: e2e-mt-questions, max_new_tokens: 8}
              judge:
                url: '%s'
                model: a-judge
                secret: e2e
                prompts: e2e-mt-prompts
                references: e2e-mt-references
                budget: {requests: 20, tokens: 10000}
            """;

    private static final List<String> KEYS = new CopyOnWriteArrayList<>();
    private static final AtomicInteger REQUESTS = new AtomicInteger();
    private static HttpServer judge;

    @BeforeAll
    static void aJudgeAndWhatItIsAskedWith(Stage stage) throws Exception {
        judge = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        judge.createContext("/v1/chat/completions", JudgedRunTest::rate);
        judge.start();
        stage.gateway().importModel("e2e-model", stage.files().modelDirectory());
        stage.gateway()
                .upload("e2e-sums", "alpaca", Files.readAllBytes(stage.files().training(ProblemFamily.SUMS)));
        documents(stage, "e2e-mt-questions", """
                {"question_id":81,"category":"writing","turns":["1+2?","3+4?"]}
                {"question_id":111,"category":"math","turns":["5+6?","7+8?"]}
                """);
        documents(stage, "e2e-mt-references", """
                {"question_id":111,"model_id":"ref","choices":[{"index":0,"turns":["11","15"]}]}
                """);
        documents(stage, "e2e-boolq", """
                {"passage":"2 is more.","question":"is 2 more","label":1}
                {"passage":"1 is less.","question":"is 1 more","label":0}
                """);
        StringBuilder prompts = new StringBuilder();
        for (String name :
                List.of("single-v1", "single-math-v1", "single-v1-multi-turn", "single-math-v1-multi-turn")) {
            String asked = name.endsWith("turn")
                    ? "turn 2: {question_1} {answer_1} {question_2} {answer_2}"
                            + (name.contains("math") ? " {ref_answer_1} {ref_answer_2}" : "")
                    : "turn 1: {question} {answer}" + (name.contains("math") ? " {ref_answer_1}" : "");
            prompts.append(MAPPER.createObjectNode()
                            .put("name", name)
                            .put("system_prompt", "rate")
                            .put("prompt_template", asked)
                            .put("output_format", "[[rating]]"))
                    .append('\n');
        }
        for (String name : List.of("pair-v2", "pair-math-v1", "pair-v2-multi-turn", "pair-math-v1-multi-turn")) {
            String asked = name.endsWith("turn")
                    ? "{question_1} {question_2} {answer_a_1} {answer_a_2} {answer_b_1} {answer_b_2}"
                    : "{question} {answer_a} {answer_b}";
            prompts.append(MAPPER.createObjectNode()
                            .put("name", name)
                            .put("system_prompt", "choose")
                            .put("prompt_template", "pair: " + asked)
                            .put("output_format", "[[A]]"))
                    .append('\n');
        }
        documents(stage, "e2e-mt-prompts", prompts.toString());
    }

    @AfterAll
    static void stopJudging() {
        judge.stop(0);
    }

    private static void documents(Stage stage, String name, String lines) {
        stage.gateway().upload(name, "documents", lines.getBytes(UTF_8));
    }

    /** Too busy for the first request, not in its right mind for the second, and then 9 for first turns and 3 for second ones; of two it prefers the first. */
    private static void rate(HttpExchange exchange) throws IOException {
        try (exchange) {
            KEYS.add(exchange.getRequestHeaders().getFirst("Authorization"));
            JsonNode request = MAPPER.readTree(exchange.getRequestBody());
            String asked = request.at("/messages/1/content").asText();
            switch (REQUESTS.incrementAndGet()) {
                case 1 -> {
                    exchange.getResponseHeaders().set("Retry-After", "0");
                    exchange.sendResponseHeaders(429, -1);
                }
                case 2 -> answer(exchange, "<html>who are you?</html>");
                default -> {
                    String rating = asked.startsWith("pair")
                            ? "the first one, whichever it is: [[A]]"
                            : asked.startsWith("turn 1") ? "because it is short: [[9]]" : "it wanders: [[3]]";
                    answer(
                            exchange,
                            "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" + rating
                                    + "\"}}],\"usage\":{\"total_tokens\":20}}");
                }
            }
        }
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Test
    void ratingsAndReasonsOfAJudgeStandBesideTheRunsOtherFigures(Stage stage) {
        String url = "http://127.0.0.1:" + judge.getAddress().getPort() + "/v1";
        String run = stage.gateway().submit(Specifications.badam("e2e-model", 6, false) + EVALUATION.formatted(url));
        stage.gateway().eventsToTheEnd(run);

        JsonNode detail = stage.gateway().get("/v1/runs/" + run);
        assertThat(detail.path("phase").asText()).isEqualTo("completed");
        assertThat(detail.at("/specification/evaluation/judge/secret").asText()).isEqualTo("e2e");
        assertThat(detail.toString()).as("the key stands nowhere").doesNotContain(RunningMesh.JUDGE_KEY);
        JsonNode evaluation = detail.at("/evaluations/0");
        assertThat(evaluation.path("state").asText()).as(evaluation.toString()).isEqualTo("completed");
        assertThat(score(evaluation, "mt_bench", "average").path("value").asDouble())
                .isEqualTo(6);
        assertThat(score(evaluation, "mt_bench", "first_turn").path("value").asDouble())
                .isEqualTo(9);
        assertThat(score(evaluation, "mt_bench", "category,math").path("judge").asText())
                .isEqualTo("a-judge");
        assertThat(score(evaluation, "mt_bench", "without_rating").path("value").asDouble())
                .isZero();
        assertThat(score(evaluation, "superglue_boolq", "acc").path("samples").asInt())
                .isEqualTo(2);
        assertThat(score(evaluation, "update_report", "changed_tensors")
                        .path("value")
                        .asDouble())
                .as("one layer was trained")
                .isPositive();

        assertThat(score(evaluation, "mt_bench_pairwise", "tie").path("value").asDouble())
                .as("a judge that always prefers the first contradicts itself")
                .isEqualTo(4);
        assertThat(score(evaluation, "mt_bench_pairwise", "win_rate_adjusted")
                        .path("value")
                        .asDouble())
                .isEqualTo(0.5);

        assertThat(REQUESTS.get())
                .as("four ratings, eight choices, a refusal and nonsense")
                .isEqualTo(14);
        assertThat(KEYS).containsOnly("Bearer " + RunningMesh.JUDGE_KEY);
        String judgments = await().atMost(PATIENCE)
                .until(
                        () -> stage.gateway()
                                .request()
                                .get("/v1/evaluations/" + evaluation.path("id").asText() + "/tasks/mt_bench/samples")
                                .asString(),
                        found -> found.startsWith("{"));
        assertThat(judgments.lines()).hasSize(4);
        assertThat(judgments).contains("because it is short: [[9]]").contains("it wanders: [[3]]");
    }

    private static JsonNode score(JsonNode evaluation, String task, String metric) {
        return Stream.iterate(0, index -> index + 1)
                .limit(evaluation.path("scores").size())
                .map(index -> evaluation.path("scores").path(index))
                .filter(score -> score.path("task").asText().equals(task)
                        && score.path("metric").asText().equals(metric))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + metric + " of " + task + " in " + evaluation));
    }
}
