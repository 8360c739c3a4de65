package io.finemesh.scheduler.lifecycle;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static io.finemesh.scheduler.lifecycle.RunStory.FIRST;
import static io.finemesh.scheduler.lifecycle.RunStory.checkpoint;
import static io.finemesh.scheduler.lifecycle.RunStory.kinds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.JudgeSpecification;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedEvaluation;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.scheduler.SubmissionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Which checkpoints are scored, and what waits for the scores. */
class EvaluationTest {
    private static List<EvaluateCheckpoint> asked(RunStory story) {
        return story.said().stream()
                .filter(EvaluateCheckpoint.class::isInstance)
                .map(EvaluateCheckpoint.class::cast)
                .toList();
    }

    private static RunStory trained(SubmissionBuilder submission) {
        RunStory story = new RunStory(submission.build());
        story.submit();
        while (story.state() instanceof RunState.Working) {
            story.calmSegment(FIRST);
        }
        return story;
    }

    @Test
    void scoresTheBaseTheCadenceAndTheEnd() {
        RunStory story = trained(adamw("r-1", 50).evaluated(true, 2));

        assertThat(asked(story)).extracting(EvaluateCheckpoint::afterSteps).containsExactly(0L, 20L, 40L, 50L);
        assertThat(asked(story))
                .extracting(EvaluateCheckpoint::checkpoint)
                .containsExactly(SubmissionBuilder.BASE, checkpoint(1), checkpoint(3), checkpoint(4));
        assertThat(asked(story)).extracting(EvaluateCheckpoint::evaluation).doesNotHaveDuplicates();
        assertThat(asked(story)).allSatisfy(command -> assertThat(
                        command.dataset().orElseThrow().version().value())
                .isEqualTo("held-out@1"));
    }

    @Test
    void updatesAndPairsAreAgainstWhatTheRunStartsFromAndNotOfThatItself() {
        List<TaskSpecification> tasks = List.of(
                new TaskSpecification(EvaluationTask.HELD_OUT_LOSS, 0, 0),
                new TaskSpecification(EvaluationTask.UPDATE_REPORT, 0, 0),
                new TaskSpecification(EvaluationTask.MT_BENCH_PAIRWISE, 0, 1024));
        JudgeSpecification judge = new JudgeSpecification(
                Optional.of("rater"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "prompts",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        RunStory story = trained(adamw("r-1", 20)
                .evaluation(
                        new EvaluationSpecification(
                                Optional.of("held-out"), tasks, true, 0, Optional.empty(), Optional.of(judge)),
                        new ResolvedEvaluation(
                                Map.of("prompts", SubmissionBuilder.dataset("prompts@1", 8)),
                                Optional.empty(),
                                Optional.of(new CheckpointId("ck-rater")))));

        assertThat(asked(story)).extracting(EvaluateCheckpoint::tasks).containsExactly(tasks.subList(0, 1), tasks);
        assertThat(asked(story).getLast().work().base()).contains(SubmissionBuilder.BASE);
    }

    @Test
    void whatOnlyReportsUpdatesAsksNothingAtTheStart() {
        EvaluationSpecification report = new EvaluationSpecification(
                Optional.empty(), List.of(new TaskSpecification(EvaluationTask.UPDATE_REPORT, 0, 0)), true, 0);
        assertThat(asked(trained(adamw("r-1", 20).evaluation(report, ResolvedEvaluation.NOTHING))))
                .extracting(EvaluateCheckpoint::afterSteps)
                .containsExactly(20L);

        CheckpointId other = new CheckpointId("ck-other");
        assertThat(asked(trained(adamw("r-1", 20)
                        .evaluation(report, new ResolvedEvaluation(Map.of(), Optional.of(other), Optional.empty())))))
                .as("against another checkpoint the start has something to report")
                .extracting(EvaluateCheckpoint::afterSteps, command -> command.base()
                        .orElseThrow())
                .containsExactly(tuple(0L, other), tuple(20L, other));
    }

    @Test
    void judgeAndDataOfEachTaskTravelWithTheQuestion() {
        Map<String, ResolvedDataset> data = Map.of(
                "questions", SubmissionBuilder.dataset("questions@2", 80),
                "prompts", SubmissionBuilder.dataset("prompts@1", 8));
        RunStory story = trained(adamw("r-1", 10)
                .evaluation(
                        new EvaluationSpecification(
                                Optional.empty(),
                                List.of(new TaskSpecification(
                                        EvaluationTask.MT_BENCH,
                                        0,
                                        1024,
                                        Optional.of(new TaskOptions(
                                                Optional.of("questions"),
                                                Optional.empty(),
                                                OptionalInt.empty(),
                                                false,
                                                Optional.empty(),
                                                Optional.empty())))),
                                false,
                                0,
                                Optional.empty(),
                                Optional.of(new JudgeSpecification(
                                        Optional.of("rater"),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        "prompts",
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()))),
                        new ResolvedEvaluation(data, Optional.empty(), Optional.of(new CheckpointId("ck-rater")))));

        EvaluationWork work = asked(story).getFirst().work();
        assertThat(work.dataset()).isEmpty();
        assertThat(work.datasets()).isEqualTo(data);
        assertThat(work.judge()).hasValueSatisfying(judge -> {
            assertThat(judge.checkpoint()).contains(new CheckpointId("ck-rater"));
            assertThat(judge.prompts().version()).isEqualTo(new DatasetVersion("prompts@1"));
        });
    }

    @Test
    void scoresTheEndOnceWhenTheCadenceFallsOnIt() {
        RunStory story = trained(adamw("r-1", 40).evaluated(false, 2));
        assertThat(asked(story)).extracting(EvaluateCheckpoint::afterSteps).containsExactly(20L, 40L);
    }

    @Test
    void scoresNothingWithoutTasks() {
        RunStory story = trained(adamw("r-1", 30));
        assertThat(asked(story)).isEmpty();
        story.state(RunState.Completed.class);
    }

    @Test
    void completesWhenEveryEvaluationHasEnded() {
        RunStory story = trained(adamw("r-1", 20).evaluated(true, 0));
        story.state(RunState.Evaluating.class);
        List<EvaluateCheckpoint> asked = asked(story);

        assertThat(story.scored(asked.get(1).evaluation(), asked.get(1).checkpoint()))
                .isEmpty();
        List<Message> said =
                story.scored(asked.get(0).evaluation(), asked.get(0).checkpoint());

        assertThat(kinds(said)).containsExactly("RunCompleted", "RunSnapshot");
    }

    @Test
    void doesNotWaitForScoresToGoOnTraining() {
        RunStory story = new RunStory(adamw("r-1", 20).evaluated(true, 0).build());
        story.submit();
        EvaluateCheckpoint first = asked(story).getFirst();
        story.calmSegment(FIRST);
        assertThat(story.scored(first.evaluation(), first.checkpoint())).isEmpty();
        story.state(RunState.AwaitingTrainer.class);
        assertThat(story.progress().evaluations()).isEmpty();
    }

    @Test
    void asksOnceMoreWhenAnEvaluationFails() {
        RunStory story = trained(adamw("r-1", 10).evaluated(false, 0));
        EvaluateCheckpoint first = asked(story).getFirst();

        List<Message> said = story.unscored(first.evaluation(), first.checkpoint(), FailureCode.EVALUATION_FAILED);

        EvaluateCheckpoint second = (EvaluateCheckpoint) said.getFirst();
        assertThat(said).hasSize(1);
        assertThat(second.evaluation())
                .as("an evaluator answers a known evaluation from its first result")
                .isNotEqualTo(first.evaluation());
        assertThat(second.checkpoint()).isEqualTo(first.checkpoint());
        assertThat(second.afterSteps()).isEqualTo(first.afterSteps());
    }

    @Test
    void completesEvenWhenAnEvaluationFailsTwice() {
        RunStory story = trained(adamw("r-1", 10).evaluated(false, 0));
        EvaluateCheckpoint first = asked(story).getFirst();
        EvaluateCheckpoint second = (EvaluateCheckpoint)
                story.unscored(first.evaluation(), first.checkpoint(), FailureCode.EVALUATION_FAILED)
                        .getFirst();

        List<Message> said = story.unscored(second.evaluation(), second.checkpoint(), FailureCode.EVALUATION_FAILED);

        assertThat(kinds(said)).as("the training is committed").containsExactly("RunCompleted", "RunSnapshot");
    }

    @Test
    void anEvaluationThatNobodyAnswersIsAskedForOnceMoreAndThenNotWaitedForAnyLonger() {
        RunStory story = trained(adamw("r-1", 10).evaluated(false, 0));
        EvaluateCheckpoint first = asked(story).getFirst();
        assertThat(story.wait(Duration.ofHours(6).minusSeconds(1))).isEmpty();

        List<Message> again = story.wait(Duration.ofSeconds(1));

        assertThat(again).singleElement().isInstanceOfSatisfying(EvaluateCheckpoint.class, second -> {
            assertThat(second.evaluation()).isNotEqualTo(first.evaluation());
            assertThat(second.checkpoint()).isEqualTo(first.checkpoint());
        });
        assertThat(story.wait(Duration.ofHours(5))).isEmpty();
        assertThat(kinds(story.wait(Duration.ofHours(1)))).containsExactly("RunCompleted", "RunSnapshot");
    }

    @Test
    void doesNotRepeatAnEvaluationThatCannotSucceed() {
        RunStory story = trained(adamw("r-1", 10).evaluated(false, 0));
        EvaluateCheckpoint first = asked(story).getFirst();
        assertThat(kinds(story.unscored(first.evaluation(), first.checkpoint(), FailureCode.TOKENIZER_MISMATCH)))
                .containsExactly("RunCompleted", "RunSnapshot");
    }

    @Test
    void ignoresScoresNobodyAskedFor() {
        RunStory story = trained(adamw("r-1", 10).evaluated(false, 0));
        assertThat(story.scored(new EvaluationId("ev-other"), checkpoint(0))).isEmpty();
        assertThat(story.remark()).contains("evaluation ev-other is not waited for");
        story.state(RunState.Evaluating.class);
    }
}
