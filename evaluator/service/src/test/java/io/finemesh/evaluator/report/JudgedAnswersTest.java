package io.finemesh.evaluator.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.evaluation.TaskMetrics;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.evaluator.task.OpenQuestions;
import io.finemesh.score.mtbench.JudgmentFile;
import io.finemesh.score.mtbench.ModelAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job's arithmetic over published answers and judgments gives the published figures. {@code OpenQuestionsTest} does the same on data of its own. */
class JudgedAnswersTest {
    @ParameterizedTest
    @ValueSource(strings = {"mistral-orpo-trl", "mistral-orpo-mix"})
    void publishedJudgmentsComeToThePublishedFigures(String model) throws IOException {
        JudgeSettings judge = new JudgeSettings(
                Optional.empty(),
                Optional.of(new RemoteModel("http://127.0.0.1/v1", "gpt-4", Optional.empty())),
                anyDataset(),
                Optional.of(anyDataset()),
                Optional.empty(),
                Optional.empty());
        Measurement.Open open = OpenQuestions.measure(
                new TaskSpecification(EvaluationTask.MT_BENCH, 0, 0),
                shared("data/mtbench/question.jsonl"),
                shared("data/mtbench/judge_prompts.jsonl"),
                Optional.of(shared("data/mtbench/reference_answer/gpt-4.jsonl")),
                Optional.empty(),
                judge,
                Optional.empty());
        Map<Long, ModelAnswer> answers =
                ModelAnswer.read(shared("data/mtbench/model_answer/" + model + ".jsonl"), _ -> {});
        Map<String, String> replies = new TreeMap<>();
        JudgmentFile.read(shared("data/mtbench/model_judgment/gpt-4_single.jsonl")).single().stream()
                .filter(judgment -> judgment.model().equals(model))
                .forEach(judgment -> replies.put(judgment.question() + " " + judgment.turn(), judgment.reply()));
        SortedMap<Integer, Answer.Judged> judged = new TreeMap<>();
        for (int place = 0; place < open.size(); place++) {
            long question = open.questions().get(place).id();
            List<Answer.Reply> ofQuestion = new ArrayList<>();
            for (int turn = 1; turn <= 2; turn++) {
                ofQuestion.add(new Answer.Reply(turn, replies.get(question + " " + turn)));
            }
            judged.put(place, new Answer.Judged(answers.get(question).choices().getFirst(), ofQuestion));
        }

        JudgedAnswers rated = JudgedAnswers.of(open, model, judged, Instant.EPOCH);

        JsonNode golden = new ObjectMapper()
                .readTree(shared("golden/mtbench.json"))
                .path("show_result_as_is")
                .path(model);
        Map<String, Double> scores =
                rated.scores().stream().collect(Collectors.toMap(TaskScore::metric, TaskScore::value));
        assertThat(scores.get("average")).isCloseTo(golden.path("average").doubleValue(), within(1e-12));
        assertThat(scores.get("first_turn")).isCloseTo(golden.path("turn1").doubleValue(), within(1e-12));
        assertThat(scores.get("second_turn")).isCloseTo(golden.path("turn2").doubleValue(), within(1e-12));
        assertThat(scores.get("without_rating")).isZero();
        golden.path("by_category").properties().forEach(category -> assertThat(
                        scores.get("category," + category.getKey()))
                .as(category.getKey())
                .isCloseTo(category.getValue().doubleValue(), within(1e-12)));
        assertThat(rated.scores())
                .as("names that policies know")
                .allMatch(score -> TaskMetrics.has(EvaluationTask.MT_BENCH, score.task(), score.metric()));
        assertThat(rated.scores()).as("all 80 questions").noneMatch(TaskScore::limited);
        assertThat(new ObjectMapper().readTree(rated.results()).path("label").asText())
                .isEqualTo("score");
        assertThat(JudgmentFile.read(rated.judgments().getBytes(UTF_8)).problems())
                .as("the judgment file that is written")
                .isEmpty();
    }

    private static ResolvedDataset anyDataset() {
        return new ResolvedDataset(
                new DatasetVersion("any@1"), new BlobReference(new BlobDigest("a".repeat(64)), 1), 1);
    }

    private static byte[] shared(String relative) throws IOException {
        Path file = Path.of(System.getProperty("finemesh.shared", "../../../shared"))
                .resolve(relative);
        Assumptions.assumeTrue(Files.isRegularFile(file), "skipped: " + file + " is not there");
        return Files.readAllBytes(file);
    }
}
