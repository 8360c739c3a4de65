package io.finemesh.scheduler.lifecycle;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static io.finemesh.scheduler.lifecycle.RunStory.FIRST;
import static io.finemesh.scheduler.lifecycle.RunStory.checkpoint;
import static io.finemesh.scheduler.lifecycle.RunStory.kinds;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.scheduler.SubmissionBuilder;
import java.time.Duration;
import java.util.List;
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
        assertThat(asked(story))
                .allSatisfy(command ->
                        assertThat(command.dataset().version().value()).isEqualTo("held-out@1"));
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
