package io.finemesh.score.harness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.finemesh.score.SharedData;
import io.finemesh.score.gsm8k.Gsm8kDataset;
import io.finemesh.score.gsm8k.Gsm8kTask;
import io.finemesh.score.gsm8k.Gsm8kVariant;
import io.finemesh.score.harness.RunFacts.ChatFacts;
import io.finemesh.score.harness.RunFacts.ModelFacts;
import io.finemesh.score.harness.RunFacts.Provenance;
import io.finemesh.score.harness.RunFacts.SpecialToken;
import io.finemesh.score.harness.RunFacts.TokenizerFacts;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.TaskScore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResultsFileTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static RunFacts facts(SampleLimit limit) {
        return new RunFacts(
                new ModelFacts("org/model:1", "finemesh", "checkpoint=ck-1", 260_000, "float32", "ck-1"),
                limit,
                ChatFacts.none(),
                Instant.parse("2026-01-02T03:04:05.250Z"),
                12.5,
                16,
                "cpu",
                new TokenizerFacts(
                        Optional.empty(),
                        Optional.of(new SpecialToken("</s>", 2)),
                        Optional.of(new SpecialToken("<s>", 1)),
                        512),
                new Provenance(
                        "m".repeat(64),
                        Map.of("test", "d".repeat(64)),
                        "rev",
                        "libtorch",
                        "t".repeat(64),
                        JsonNodeFactory.instance.objectNode()));
    }

    private static Gsm8kTask task(int size) {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < size; i++) {
            rows.append("{\"question\": \"q")
                    .append(i)
                    .append(" \u00fc\", \"answer\": \"#### ")
                    .append(i)
                    .append("\"}\n");
        }
        return Gsm8kTask.of(
                Gsm8kVariant.COT_ZEROSHOT,
                Gsm8kDataset.read(rows.toString().getBytes(UTF_8)).documents(),
                List.of());
    }

    private static List<ScoredSample> answered(Gsm8kTask task, SampleLimit limit) {
        return task.examples(limit).stream()
                .map(example -> ScoredSample.of(task, example, Response.Generated.of("The answer is 1.")))
                .toList();
    }

    @Test
    void hashesOfPublishedProblemsAreTheReferences() {
        JsonNode golden = SharedData.json("golden/gsm8k.json");
        Gsm8kTask task = Gsm8kTask.of(
                Gsm8kVariant.PLAIN,
                Gsm8kDataset.read(SharedData.bytes("data/gsm8k/test.jsonl")).documents(),
                Gsm8kDataset.read(SharedData.bytes("data/gsm8k/train.jsonl")).documents());
        List<ScoredSample> samples = answered(task, SampleLimit.none());
        SamplesFile file = SamplesFile.of(samples, request -> request.prompt().text());
        assertThat(file.lines()).hasSize(2 * Gsm8kDataset.TEST_SIZE);
        assertThat(file.taskHash())
                .isEqualTo(golden.get("task_hash_two_filters").textValue());
        for (int i = 0; i < 2; i++) {
            SampleHash hash = SampleHash.of(
                    samples.get(i).example(),
                    samples.get(i).example().request().prompt().text());
            assertThat(hash.document())
                    .isEqualTo(golden.get("doc_hash_first2").get(i).textValue());
            assertThat(hash.target())
                    .isEqualTo(golden.get("target_hash_first2").get(i).textValue());
        }
    }

    @Test
    void aLineForEachSampleAndFilterInTheReferencesFields() throws Exception {
        Gsm8kTask task = task(3);
        SamplesFile file = SamplesFile.of(
                answered(task, SampleLimit.none()), request -> request.prompt().text());
        List<JsonNode> lines = file.text().lines().map(ResultsFileTest::parsed).toList();
        assertThat(lines).extracting(line -> line.get("doc_id").intValue()).containsExactly(0, 1, 2, 0, 1, 2);
        assertThat(lines)
                .extracting(line -> line.get("filter").textValue())
                .startsWith("strict-match")
                .endsWith("flexible-extract");
        JsonNode second = lines.get(1);
        assertThat(second.properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "doc_id",
                        "doc",
                        "target",
                        "arguments",
                        "resps",
                        "filtered_resps",
                        "filter",
                        "metrics",
                        "doc_hash",
                        "prompt_hash",
                        "target_hash",
                        "exact_match");
        assertThat(second.get("resps")).isEqualTo(MAPPER.readTree("[[\"The answer is 1.\"]]"));
        assertThat(second.get("filtered_resps")).isEqualTo(MAPPER.readTree("[\"1\"]"));
        assertThat(second.get("exact_match").doubleValue()).isEqualTo(1);
        assertThat(lines.getFirst().get("exact_match").doubleValue()).isEqualTo(0);
        assertThat(second.get("arguments").get("gen_args_0").get("arg_0").textValue())
                .startsWith("Q: q1 \u00fc\n");
        assertThat(second.get("arguments")
                        .get("gen_args_0")
                        .get("arg_1")
                        .get("until")
                        .get(0)
                        .textValue())
                .isEqualTo("Q:");
        assertThat(file.text()).contains("\u00fc").contains("\"doc_id\": 0, \"doc\": {");
    }

    @Test
    void theResultsFileHasTheKeysThatReadersLookFor() {
        Gsm8kTask task = task(3);
        List<ScoredSample> samples = answered(task, SampleLimit.none());
        SamplesFile records =
                SamplesFile.of(samples, request -> request.prompt().text());
        String text = ResultsFile.text(
                List.of(new ResultsFile.Entry(task, TaskScore.of(task, samples), records)), facts(SampleLimit.none()));
        JsonNode file = parsed(text);
        assertThat(text).startsWith("{\n  \"results\": {\n    \"gsm8k_cot_zeroshot\": {\n      \"name\": ");
        assertThat(file.properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "results",
                        "group_subtasks",
                        "configs",
                        "versions",
                        "n-shot",
                        "higher_is_better",
                        "n-samples",
                        "config",
                        "git_hash",
                        "date",
                        "pretty_env_info",
                        "transformers_version",
                        "lm_eval_version",
                        "upper_git_hash",
                        "tokenizer_pad_token",
                        "tokenizer_eos_token",
                        "tokenizer_bos_token",
                        "eot_token_id",
                        "max_length",
                        "task_hashes",
                        "model_source",
                        "model_name",
                        "model_name_sanitized",
                        "system_instruction",
                        "system_instruction_sha",
                        "fewshot_as_multiturn",
                        "chat_template",
                        "chat_template_sha",
                        "total_evaluation_time_seconds",
                        "finemesh");
        JsonNode result = file.get("results").get("gsm8k_cot_zeroshot");
        assertThat(result.properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "name",
                        "alias",
                        "sample_len",
                        "exact_match,strict-match",
                        "exact_match_stderr,strict-match",
                        "exact_match,flexible-extract",
                        "exact_match_stderr,flexible-extract");
        assertThat(result.get("exact_match,strict-match").doubleValue()).isEqualTo(1 / 3.0);
        assertThat(file.get("config").get("limit").isNull()).isTrue();
        assertThat(file.get("date").doubleValue()).isEqualTo(1767323045.25);
        assertThat(file.get("total_evaluation_time_seconds").textValue()).isEqualTo("12.5");
        assertThat(file.get("model_name_sanitized").textValue()).isEqualTo("org__model__1");
        assertThat(file.get("higher_is_better")
                        .get(task.name())
                        .get("exact_match")
                        .booleanValue())
                .isTrue();
        assertThat(file.get("finemesh").get("limited").booleanValue()).isFalse();
        assertThat(text.stripTrailing()).endsWith("\"complete\": true\n  }\n}");
    }

    @Test
    void aLimitedRunSaysSoInTheFile() {
        Gsm8kTask task = task(3);
        SampleLimit limit = SampleLimit.of(1);
        List<ScoredSample> samples = answered(task, limit);
        JsonNode file = parsed(ResultsFile.text(
                List.of(new ResultsFile.Entry(
                        task, TaskScore.of(task, samples), SamplesFile.of(samples, request -> request.prompt()
                                .text()))),
                facts(limit)));
        assertThat(file.get("config").get("limit").doubleValue()).isEqualTo(1);
        assertThat(file.get("n-samples").get(task.name()).toString()).isEqualTo("{\"original\":3,\"effective\":1}");
        assertThat(file.get("results")
                        .get(task.name())
                        .get("exact_match_stderr,strict-match")
                        .textValue())
                .isEqualTo("N/A");
        assertThat(file.get("finemesh").get("limited").booleanValue()).isTrue();
        assertThat(file.get("finemesh").get("labels").get(task.name()).textValue())
                .contains("not a score");
    }

    @Test
    void namesOfFilesAreSafe() {
        LocalDateTime time = LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6000);
        assertThat(ResultsFile.name(time)).isEqualTo("results_2026-01-02T03-04-05.000006.json");
        assertThat(ResultsFile.samplesName("gsm8k", time)).isEqualTo("samples_gsm8k_2026-01-02T03-04-05.000006.jsonl");
        assertThat(ResultsFile.folder("a/b\\c:d[e]?*")).isEqualTo("a__b__c__d__e__");
    }

    private static JsonNode parsed(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
