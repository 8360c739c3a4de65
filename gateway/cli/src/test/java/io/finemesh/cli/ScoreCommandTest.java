package io.finemesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int finemesh(String... arguments) {
        return Finemesh.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private String file(String text) throws Exception {
        return Files.writeString(Files.createTempFile(directory, "rows", ".jsonl"), text)
                .toString();
    }

    private JsonNode printed() throws Exception {
        return new ObjectMapper().readTree(out.toString());
    }

    @Test
    void solutionsAreScoredModelByModel() throws Exception {
        String samples = file("""
                {"question": "a", "ground_truth": "x\\n#### 18", "small": {"is_correct": false, "solution": "#### 26"}, "large": {"is_correct": true, "solution": "#### 18"}}
                {"question": "b", "ground_truth": "x\\n#### 7", "small": {"is_correct": true, "solution": "it is 7"}, "large": {"is_correct": true, "solution": "#### 7."}}
                """);
        assertThat(finemesh("score", "gsm8k", "--samples", samples, "--json")).isZero();
        JsonNode document = printed();
        assertThat(document.get("complete").booleanValue()).isTrue();
        assertThat(document.get("limited").booleanValue()).isTrue();
        assertThat(document.get("questions").intValue()).isEqualTo(2);
        JsonNode small = document.get("results").get("small");
        assertThat(small.get("exact_match,strict-match").doubleValue()).isZero();
        assertThat(small.get("exact_match,flexible-extract").doubleValue()).isEqualTo(0.5);
        assertThat(small.get("exact_match_stderr,flexible-extract").doubleValue())
                .isEqualTo(0.5);
        assertThat(small.get("is_correct").get("true").intValue()).isEqualTo(1);
        assertThat(small.get("label").textValue()).contains("not a score");
        assertThat(document.get("results")
                        .get("large")
                        .get("exact_match,strict-match")
                        .doubleValue())
                .isEqualTo(1);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void forPeopleTheFiguresAreATable() throws Exception {
        String samples = file("{\"question\": \"a\", \"answer\": \"#### 18\", \"solution\": \"#### 18\"}");
        assertThat(finemesh("score", "gsm8k", "--samples", samples)).isZero();
        assertThat(out.toString())
                .contains("MODEL")
                .contains("exact_match,strict-match")
                .contains("1.0000")
                .contains("limited run over 1 of 1319 documents, not a score");
    }

    @Test
    void badRowsAreNamedByLineAndTheOthersScored() throws Exception {
        String samples = file("""
                {"question": "a", "ground_truth": "#### 18", "solution": "#### 18"}
                not json
                {"question": "b", "ground_truth": "#### 18"}
                {"question": "a", "ground_truth": "#### 18", "solution": "#### 18"}
                """);
        assertThat(finemesh("score", "gsm8k", "--samples", samples, "--json")).isEqualTo(1);
        JsonNode document = printed();
        assertThat(document.get("complete").booleanValue()).isFalse();
        assertThat(document.get("problems").findValuesAsText("line")).containsExactly("2", "3", "4");
        assertThat(document.get("problems").findValuesAsText("kind"))
                .containsExactly("NOT_JSON", "MISSING_FIELD", "DUPLICATE");
        assertThat(document.get("results").get("model").get("sample_len").intValue())
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("line 2: not JSON")
                .contains("line 3: ")
                .contains("3 problems; the figures leave out");
    }

    @Test
    void anEmptyFileAndAMissingOneAreDifferent() throws Exception {
        assertThat(finemesh("score", "gsm8k", "--samples", file(""))).isEqualTo(1);
        assertThat(err.toString()).contains("no rows").contains("nothing to score");
        assertThat(finemesh(
                        "score",
                        "gsm8k",
                        "--samples",
                        directory.resolve("absent").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("does not exist");
        assertThat(finemesh("score")).isEqualTo(2);
    }

    @Test
    void judgmentsAreSummedUpAsTheyAreAndWithoutDuplicates() throws Exception {
        String row =
                "{\"question_id\": %d, \"model\": \"m\", \"judge\": [\"gpt-4\", \"single-v1\"], \"user_prompt\": \"[answer %d]\", \"judgment\": \"[[%d]]\", \"score\": %d, \"turn\": 1}\n";
        String judgments =
                file(row.formatted(81, 81, 8, 8) + row.formatted(101, 101, 4, 4) + row.formatted(81, 81, 2, 2));
        String answers = file("""
                {"question_id": 81, "answer_id": "x", "model_id": "m", "choices": [{"index": 0, "turns": ["answer 81"]}]}
                {"question_id": 101, "answer_id": "y", "model_id": "m", "choices": [{"index": 0, "turns": ["another"]}]}
                {"question_id": 102, "answer_id": "z", "model_id": "m", "choices": [{"index": 0, "turns": ["more"]}]}
                """);
        assertThat(finemesh("score", "mt-bench", "--judgments", judgments, "--answers", answers, "--json"))
                .isEqualTo(1);
        JsonNode document = printed();
        assertThat(document.get("fastchat_compat").get("m").get("average").doubleValue())
                .isEqualTo(14 / 3.0);
        assertThat(document.get("deduplicated").get("m").get("average").doubleValue())
                .isEqualTo(6);
        assertThat(document.get("deduplicated")
                        .get("m")
                        .get("by_category")
                        .get("reasoning")
                        .doubleValue())
                .isEqualTo(4);
        assertThat(document.get("fastchat_compat").get("m").get("turn2").isNull())
                .isTrue();
        assertThat(document.get("problems").findValuesAsText("kind")).containsExactly("DUPLICATE");
        assertThat(document.get("answers")
                        .get("judgments_of_another_text")
                        .get(0)
                        .textValue())
                .isEqualTo("m 101 turn 1");
        assertThat(document.get("answers").get("not_judged").get(0).textValue()).isEqualTo("m 102 turn 1");
    }

    @Test
    void pairsAreSummedUpAgainstABaseline() throws Exception {
        String judgments = file("""
                {"question_id": 81, "model_1": "m", "model_2": "b", "g1_winner": "model_1", "g2_winner": "model_1", "judge": ["j", "pair-v2"], "g1_user_prompt": "u", "g1_judgment": "[[A]]", "g2_user_prompt": "v", "g2_judgment": "[[B]]", "turn": 1, "tstamp": 1}
                {"question_id": 82, "model_1": "m", "model_2": "b", "g1_winner": "model_1", "g2_winner": "model_2", "judge": ["j", "pair-v2"], "g1_user_prompt": "u", "g1_judgment": "[[A]]", "g2_user_prompt": "v", "g2_judgment": "[[A]]", "turn": 1, "tstamp": 1}
                {"question_id": 83, "model_1": "m", "model_2": "b", "g1_winner": "error", "g2_winner": "model_2", "judge": ["j", "pair-v2"], "g1_user_prompt": "u", "g1_judgment": "?", "g2_user_prompt": "v", "g2_judgment": "[[A]]", "turn": 1, "tstamp": 1}
                """);

        assertThat(finemesh("score", "mt-bench", "--judgments", judgments, "--baseline", "b", "--json"))
                .isZero();

        JsonNode pairs = printed().get("pairs");
        assertThat(pairs.size()).isEqualTo(1);
        assertThat(pairs.get("m"))
                .hasToString(
                        "{\"win\":1,\"loss\":0,\"tie\":1,\"win_rate\":0.5,\"loss_rate\":0.0,\"win_rate_adjusted\":0.75}");
    }

    @Test
    void mathIsScoredInBothReadings() throws Exception {
        String samples = file(
                "{\"problem\": \"a\", \"solution\": \"so $\\\\boxed{7}$\", \"output\": \"So the answer is \\\\boxed{7}.\"}");
        assertThat(finemesh("score", "hendrycks-math", "--samples", samples, "--json"))
                .isZero();
        JsonNode result = printed().get("results").get("model");
        assertThat(result.get("exact_match,none").doubleValue()).isZero();
        assertThat(result.get("exact_match,boxed").doubleValue()).isEqualTo(1);
        assertThat(result.get("exact_match_stderr,boxed").textValue()).isEqualTo("N/A");
    }

    @Test
    void publishedJudgmentsGiveTheGoldenAggregates() throws Exception {
        Path shared = Path.of(System.getProperty("finemesh.shared", "../../shared"));
        Path judgments = shared.resolve("data/mtbench/model_judgment/gpt-4_single.jsonl");
        Assumptions.assumeTrue(Files.isRegularFile(judgments), "skipped: " + judgments + " is not there");
        Path answers = shared.resolve("data/mtbench/model_answer/mistral-orpo-trl.jsonl");
        assertThat(finemesh(
                        "score",
                        "mt-bench",
                        "--judgments",
                        judgments.toString(),
                        "--answers",
                        answers.toString(),
                        "--json"))
                .isZero();
        JsonNode golden = new ObjectMapper()
                .readTree(shared.resolve("golden/mtbench.json").toFile())
                .get("show_result_as_is");
        JsonNode asIs = printed().get("fastchat_compat");
        for (Map.Entry<String, JsonNode> model : golden.properties()) {
            assertThat(asIs.get(model.getKey()).get("average").doubleValue())
                    .isEqualTo(model.getValue().get("average").doubleValue());
            assertThat(asIs.get(model.getKey()).get("label").textValue()).isEqualTo("score");
        }
        assertThat(printed().get("answers").get("checked").intValue()).isEqualTo(160);
    }
}
