package io.finemesh.score.gsm8k;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.SharedData;
import io.finemesh.score.harness.SampleHash;
import io.finemesh.score.python.PythonRandom;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Request;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.Speaker;
import io.finemesh.score.task.TaskException;
import io.finemesh.score.task.TaskScore;
import io.finemesh.score.task.Turn;
import io.finemesh.score.task.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Gsm8kTaskTest {
    private static List<Gsm8kDocument> made(String prefix, int count) {
        String rows = IntStream.range(0, count)
                .mapToObj(i -> "{\"question\": \"" + prefix + i + "?\", \"answer\": \"because\\n#### " + i + "\"}")
                .collect(Collectors.joining("\n"));
        return Gsm8kDataset.read(rows.getBytes(UTF_8)).documents();
    }

    private static String text(Example example) {
        return example.request().prompt().text();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 8})
    void everyPublishedPromptIsTheReferencesByteForByte(int shots) {
        JsonNode golden = SharedData.json("golden/gsm8k.json").get("k" + shots);
        Gsm8kDataset test = Gsm8kDataset.read(SharedData.bytes("data/gsm8k/test.jsonl"));
        Gsm8kDataset train = Gsm8kDataset.read(SharedData.bytes("data/gsm8k/train.jsonl"));
        assertThat(Gsm8kDataset.isPublishedTest(test.documents())).isTrue();
        assertThat(Gsm8kDataset.isPublishedTrain(train.documents())).isTrue();
        List<String> hashes = Gsm8kTask.of(Gsm8kVariant.PLAIN, test.documents(), train.documents())
                .withShots(shots)
                .examples(SampleLimit.none())
                .stream()
                .map(example -> SampleHash.sha256(text(example)))
                .toList();
        assertThat(hashes).hasSize(Gsm8kDataset.TEST_SIZE);
        assertThat(hashes.getFirst())
                .isEqualTo(golden.get("prompt_sha256_first5").get(0).textValue());
        assertThat(SampleHash.sha256(String.join("", hashes)))
                .isEqualTo(golden.get("sha256_of_all_prompt_hashes_concat").textValue());
        if (shots == 5) {
            JsonNode all = SharedData.json("golden/gsm8k_5shot_seed1234.json").get("prompt_sha256");
            assertThat(all).hasSize(hashes.size());
            for (int i = 0; i < hashes.size(); i++) {
                assertThat(hashes.get(i))
                        .as("prompt %d", i)
                        .isEqualTo(all.get(i).textValue());
            }
        }
    }

    @Test
    void publishedSolutionsScoreOneUnderBothFilters() {
        Gsm8kDataset test = Gsm8kDataset.read(SharedData.bytes("data/gsm8k/test.jsonl"));
        Gsm8kTask task =
                Gsm8kTask.of(Gsm8kVariant.PLAIN, test.documents(), List.of()).withShots(0);
        List<ScoredSample> samples = task.examples(SampleLimit.none()).stream()
                .map(example -> ScoredSample.of(task, example, Response.Generated.of(" " + example.target())))
                .toList();
        TaskScore score = TaskScore.of(task, samples);
        assertThat(score.figures().keySet())
                .containsExactly("exact_match,strict-match", "exact_match,flexible-extract");
        assertThat(score.figures().values()).allMatch(figure -> figure.value() == 1);
        assertThat(score.limited()).isFalse();
        assertThat(score.label())
                .isEqualTo("score, not comparable with published ones: a prompt has 0 worked examples and not 5");
        Gsm8kDataset train = Gsm8kDataset.read(SharedData.bytes("data/gsm8k/train.jsonl"));
        assertThat(Gsm8kTask.of(Gsm8kVariant.PLAIN, test.documents(), train.documents())
                        .standing())
                .isEqualTo("score, comparable with published ones of the same settings");
        assertThat(Gsm8kTask.of(Gsm8kVariant.PLAIN, test.documents(), test.documents())
                        .standing())
                .endsWith("not drawn from the published training split");
        assertThat(Gsm8kTask.of(Gsm8kVariant.COT_ZEROSHOT, test.documents(), List.of())
                        .standing())
                .contains(", comparable");
    }

    @Test
    void otherProblemsThanThePublishedAreNeverCalledComparable() {
        Gsm8kTask task = Gsm8kTask.of(Gsm8kVariant.PLAIN, made("q", 7), made("p", 30));
        TaskScore score = TaskScore.of(
                task,
                task.examples(SampleLimit.none()).stream()
                        .map(example -> ScoredSample.of(task, example, Response.Generated.of("#### 0")))
                        .toList());
        assertThat(score.label())
                .isEqualTo(
                        "score, not comparable with published ones: the problems are not those of the published test split");
        List<Gsm8kDocument> asMany = made("q", Gsm8kDataset.TEST_SIZE);
        assertThat(Gsm8kTask.of(Gsm8kVariant.COT_ZEROSHOT, asMany, List.of()).standing())
                .as("as many as the published ones")
                .startsWith("score, not comparable");
    }

    @Test
    void noWorkedExampleNeedsNoneToDrawFrom() {
        for (Gsm8kVariant variant : List.of(Gsm8kVariant.PLAIN, Gsm8kVariant.COT)) {
            List<Example> examples =
                    Gsm8kTask.of(variant, made("q", 2), List.of()).withShots(0).examples(SampleLimit.none());
            assertThat(examples).hasSize(2).allSatisfy(example -> assertThat(
                            example.request().prompt().turns())
                    .hasSize(1));
        }
        assertThatThrownBy(() -> Gsm8kTask.of(Gsm8kVariant.PLAIN, made("q", 2), made("p", 9))
                        .withShots(-1)
                        .examples(SampleLimit.none()))
                .isInstanceOf(TaskException.class);
        // Of its own split one more is drawn: with as many as there are, one is missing.
        assertThatThrownBy(() -> Gsm8kTask.of(Gsm8kVariant.PLAIN, made("q", 3), List.of())
                        .withShots(3)
                        .drawingFromItself()
                        .examples(SampleLimit.none()))
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("4 worked examples are to be drawn from 3");
    }

    @Test
    void examplesAreDrawnInTheOrderOfDocumentsFromOneStream() {
        List<Gsm8kDocument> pool = made("p", 40);
        List<Gsm8kDocument> asked = made("q", 6);
        List<Example> examples =
                Gsm8kTask.of(Gsm8kVariant.PLAIN, asked, pool).withShots(2).examples(SampleLimit.none());
        PythonRandom random = new PythonRandom(1234);
        for (int id = 0; id < asked.size(); id++) {
            int[] chosen = random.sample(40, 2);
            assertThat(text(examples.get(id)))
                    .isEqualTo("Question: p" + chosen[0] + "?\nAnswer: because\n#### " + chosen[0] + "\n\nQuestion: p"
                            + chosen[1] + "?\nAnswer: because\n#### " + chosen[1] + "\n\nQuestion: q" + id
                            + "?\nAnswer:");
        }
    }

    @Test
    void aLimitKeepsThePrefixAndIsNeverCalledAScore() {
        Gsm8kTask task = Gsm8kTask.of(Gsm8kVariant.PLAIN, made("q", 7), made("p", 30));
        List<Example> all = task.examples(SampleLimit.none());
        List<Example> some = task.examples(SampleLimit.of(0.5));
        assertThat(some).hasSize(4);
        assertThat(some.stream().map(Gsm8kTaskTest::text))
                .isEqualTo(all.subList(0, 4).stream().map(Gsm8kTaskTest::text).toList());
        assertThat(task.examples(SampleLimit.of(1.0))).hasSize(1);
        assertThat(task.examples(SampleLimit.of(100))).hasSize(7);
        TaskScore score = TaskScore.of(
                task,
                some.stream()
                        .map(example -> ScoredSample.of(task, example, Response.Generated.of("#### 0")))
                        .toList());
        assertThat(score.limited()).isTrue();
        assertThat(score.label()).contains("4 of 7").contains("not a score");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void limitsThatLeaveNothingAreRefused(double limit) {
        assertThatThrownBy(() -> SampleLimit.of(limit))
                .isInstanceOfSatisfying(TaskException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(TaskException.Reason.BAD_LIMIT));
    }

    @Test
    void moreExamplesThanThereAreIsRefused() {
        Gsm8kTask task = Gsm8kTask.of(Gsm8kVariant.PLAIN, made("q", 2), made("p", 4));
        assertThatThrownBy(() -> task.examples(SampleLimit.none()))
                .isInstanceOfSatisfying(TaskException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(TaskException.Reason.NOT_ENOUGH_SHOTS))
                .hasMessageContaining("5 worked examples")
                .hasMessageContaining("from 4");
        assertThatThrownBy(() -> Gsm8kTask.of(Gsm8kVariant.PLAIN, List.of(), made("p", 9))
                        .examples(SampleLimit.none()))
                .hasMessageContaining("no problem to ask");
    }

    @Test
    void aProblemIsNeverItsOwnExample() {
        List<Gsm8kDocument> documents = made("q", 9);
        List<Example> examples = Gsm8kTask.of(Gsm8kVariant.PLAIN, documents, List.of())
                .withShots(5)
                .drawingFromItself()
                .examples(SampleLimit.none());
        for (Example example : examples) {
            String itself = "Question: q" + example.id() + "?";
            assertThat(text(example).indexOf(itself)).isEqualTo(text(example).lastIndexOf(itself));
            assertThat(example.request().prompt().turns()).hasSize(11);
        }
        List<Gsm8kDocument> twice = new ArrayList<>(documents.subList(0, 2));
        twice.add(documents.get(0));
        assertThatThrownBy(() -> Gsm8kTask.of(Gsm8kVariant.PLAIN, twice, List.of())
                        .withShots(2)
                        .drawingFromItself()
                        .examples(SampleLimit.none()))
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("more than once");
    }

    @Test
    void chatsDropDelimiters() {
        Example example = Gsm8kTask.of(Gsm8kVariant.PLAIN, made("q", 1), made("p", 1))
                .withShots(1)
                .examples(SampleLimit.none())
                .getFirst();
        assertThat(example.request().prompt().chat(true))
                .containsExactly(
                        new Turn(Speaker.USER, "Question: p0?\nAnswer:", ""),
                        new Turn(Speaker.ASSISTANT, "because\n#### 0", ""),
                        new Turn(Speaker.USER, "Question: q0?\nAnswer:", ""));
        assertThat(example.request().prompt().under(Optional.of("Be brief.")).chat(false))
                .containsExactly(new Turn(Speaker.SYSTEM, "Be brief.", ""), new Turn(Speaker.USER, text(example), ""));
    }

    @Test
    void variantsHaveTheirOwnFormsStopsAndTargets() {
        List<Gsm8kDocument> asked = made("q", 1);
        List<Gsm8kDocument> worked = Gsm8kDataset.readExamples(
                        "{\"question\":\"w\",\"target\":\"So. The answer is 3.\"}".getBytes(UTF_8))
                .documents();
        Example cot = Gsm8kTask.of(Gsm8kVariant.COT, asked, worked)
                .withShots(1)
                .examples(SampleLimit.none())
                .getFirst();
        assertThat(text(cot)).isEqualTo("Q: w\nA: So. The answer is 3.\n\nQ: q0?\nA:");
        assertThat(cot.target()).isEqualTo("0");
        Example zero = Gsm8kTask.of(Gsm8kVariant.COT_ZEROSHOT, asked, List.of())
                .examples(SampleLimit.none())
                .getFirst();
        assertThat(text(zero)).isEqualTo("Q: q0?\nA: Let's think step by step.");
        assertThat(zero.target()).isEqualTo("because\n#### 0");
        Example llama = Gsm8kTask.of(Gsm8kVariant.COT_LLAMA, asked, worked)
                .withShots(1)
                .examples(SampleLimit.none())
                .getFirst();
        assertThat(text(llama)).contains("Problem: w\n").contains("to the problem.\nSo. The answer is 3.\n\nGiven");
        assertThat(((Request.Generation) llama.request()).stops()).first().isEqualTo("<|eot_id|>");
        assertThatThrownBy(() -> Gsm8kTask.of(Gsm8kVariant.COT, asked, worked).examples(SampleLimit.none()))
                .hasMessageContaining("8 worked examples");
    }

    @Test
    void variantsReadTheirOwnMarks() {
        assertReads(
                Gsm8kVariant.COT,
                "5 + 6 = 11. The answer is 11.",
                Map.of("strict-match", "11", "flexible-extract", "11."));
        // The pattern needs a character after the number, and gives a digit up where there is none.
        assertReads(Gsm8kVariant.COT, "The answer is 11", Map.of("strict-match", "1", "flexible-extract", "11"));
        assertReads(Gsm8kVariant.COT, "The answer is 1", Map.of("strict-match", "[invalid]", "flexible-extract", "1"));
        assertReads(
                Gsm8kVariant.COT_LLAMA,
                "The final answer is 4. Or: The final answer is $1,000",
                Map.of("strict-match", "$1,000", "flexible-extract", "$1,000"));
    }

    private static void assertReads(Gsm8kVariant variant, String text, Map<String, String> expected) {
        assertThat(variant.filters().stream()
                        .collect(Collectors.toMap(filter -> filter.name(), filter -> filter.read(text))))
                .isEqualTo(expected);
    }

    @Test
    void likelihoodsAreNoAnswer() {
        Gsm8kTask task = Gsm8kTask.of(Gsm8kVariant.COT_ZEROSHOT, made("q", 1), List.of());
        Example example = task.examples(SampleLimit.none()).getFirst();
        assertThatThrownBy(() -> task.judge(example, new Response.Weighed(List.of(new Response.Weight(-1, true)))))
                .isInstanceOf(TaskException.class);
        List<Verdict> verdicts = task.judge(example, Response.Generated.of(""));
        assertThat(verdicts).extracting(Verdict::read).containsOnly("[invalid]");
        assertThat(verdicts).allMatch(verdict -> verdict.metrics().get("exact_match") == 0);
    }
}
