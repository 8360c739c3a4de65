package io.finemesh.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.run.RunCancelled;
import io.finemesh.contract.run.RunFailed;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.RunRejected;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.gateway.answer.RunDetail;
import io.finemesh.gateway.fake.Interleaving;
import io.finemesh.gateway.fake.SampleRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunViewTest {
    private final List<Occurrence> told = SampleRun.occurrences();

    @Test
    void foldsAWholeRun() {
        RunView run = folded(told);
        assertThat(run.phase()).isEqualTo(Phase.COMPLETED);
        assertThat(run.specification()).contains(SampleRun.specification());
        assertThat(run.plan()).get().satisfies(plan -> assertThat(plan.segments())
                .isEqualTo(4));
        assertThat(run.totalSteps()).hasValue(SampleRun.STEPS);
        assertThat(run.stepCount()).isEqualTo(SampleRun.STEPS);
        assertThat(run.committedSteps()).isEqualTo(SampleRun.STEPS);
        assertThat(run.committedSegments()).isEqualTo(4);
        assertThat(run.tokens()).isEqualTo(256L * SampleRun.STEPS);
        assertThat(run.lastCheckpoint()).contains(SampleRun.checkpoint(3));
        assertThat(run.submittedAt()).isEqualTo(told.getFirst().time());
        assertThat(run.checkpoints())
                .extracting(each -> each.block().orElseThrow())
                .containsExactly("layer.0", "layer.1", "layer.0", "layer.1");
        assertThat(run.evaluations())
                .extracting(EvaluationView::state)
                .containsExactly(EvaluationView.State.COMPLETED, EvaluationView.State.COMPLETED);
        assertThat(run.retries())
                .singleElement()
                .satisfies(retry -> assertThat(retry.retried().attempt()).isEqualTo(2));
    }

    @Test
    void showsEachStepOnceAndOfSeveralAttemptsTheLatest() {
        List<Step> steps = folded(told).steps(0, 1_000);
        assertThat(steps)
                .extracting(Step::step)
                .containsExactlyElementsOf(
                        LongStream.range(0, SampleRun.STEPS).boxed().toList());
        assertThat(steps.subList(10, 15)).extracting(Step::epoch).containsOnly(4L);
        assertThat(steps).allMatch(Step::committed);
        assertThat(steps.get(7).phaseMicros()).containsEntry("forward", 707L).containsEntry("backward", 1_400L);
        assertThat(steps.get(7).loss()).isEqualTo(SampleRun.loss(7));
        assertThat(steps.get(7).block()).contains("layer.1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void comesOutTheSameInWhateverOrderTopicsAreRead(long seed) {
        for (int round = 0; round < 20; round++) {
            Random random = new Random(seed * 1_000 + round);
            List<Occurrence> soFar = told.subList(0, random.nextInt(1, told.size() + 1));
            RunView calm = folded(soFar);
            RunView run = folded(Interleaving.of(soFar, random));
            assertThat(RunDetail.of(run)).isEqualTo(RunDetail.of(calm));
            assertThat(run.steps(0, 1_000)).isEqualTo(calm.steps(0, 1_000));
        }
    }

    @Test
    void anythingToldTwiceChangesNothing() {
        RunView run = folded(told);
        RunDetail once = RunDetail.of(run);
        for (Occurrence occurrence : told) {
            Occurrence again = new Occurrence(
                    occurrence.source(),
                    occurrence.offset() + 10_000,
                    occurrence.id(),
                    occurrence.time(),
                    occurrence.body());
            if (!(occurrence.body() instanceof RunSnapshot)) {
                assertThat(run.apply(again)).as(occurrence.toString()).isFalse();
            }
        }
        assertThat(RunDetail.of(run))
                .usingRecursiveComparison()
                .as("only what readers have behind them grows")
                .ignoringFields("position")
                .isEqualTo(once);
        assertThat(once.position()).isNotEqualTo(run.position().toString());
    }

    @Test
    void marksOnlyCommittedStepsAsCommitted() {
        RunView run = folded(until(step -> step.step() == 12 && step.epoch() == 4));
        assertThat(run.phase()).isEqualTo(Phase.TRAINING);
        assertThat(run.steps(8, 5)).extracting(Step::step).containsExactly(8L, 9L, 10L, 11L, 12L);
        assertThat(run.steps(8, 5)).extracting(Step::committed).containsExactly(true, true, false, false, false);
    }

    @Test
    void forgetsStepsOfAnAttemptThatWasGivenUp() {
        RunView dying = folded(until(step -> step.step() == 12 && step.epoch() == 3));
        assertThat(dying.stepCount()).isEqualTo(13);
        RunView retried = folded(until(step -> step.step() == 10 && step.epoch() == 4));
        assertThat(retried.steps(9, 10)).extracting(Step::step).containsExactly(9L, 10L);
        assertThat(retried.tokens()).isEqualTo(11 * 256L);
    }

    @Test
    void ignoresATrainerThatTalksOnUnderAnOldLease() {
        RunView run = folded(until(step -> step.step() == 10 && step.epoch() == 4));
        boolean news = run.apply(occurrence(Source.STEPS, 9_000, SampleRun.step(SampleRun.ID, 2, 3, 13)));
        assertThat(news).isFalse();
        assertThat(run.stepCount()).isEqualTo(11);
    }

    @Test
    void tellsRateAndTimeLeftWhileItTrains() {
        RunView run = folded(until(step -> step.step() == 4));
        assertThat(run.secondsPerStep().orElseThrow()).isEqualTo(0.1, within(1e-9));
        assertThat(run.tokensPerSecond().orElseThrow()).isEqualTo(2_560, within(1e-6));
        assertThat(run.etaSeconds().orElseThrow()).isEqualTo(1.5, within(1e-9));
        assertThat(folded(told).etaSeconds()).as("nothing is left").isEmpty();
    }

    @Test
    void isSubmittedThenAcceptedBeforeItTrains() {
        assertThat(folded(told.subList(0, 1)).phase()).isEqualTo(Phase.SUBMITTED);
        assertThat(folded(told.subList(0, 2)).phase()).isEqualTo(Phase.ACCEPTED);
    }

    @Test
    void believesTheSchedulerAboutThePhaseInBetween() {
        List<Occurrence> some = new ArrayList<>(told.subList(0, 2));
        some.add(occurrence(
                Source.RUN_STATE,
                500,
                new RunSnapshot(SampleRun.ID, RunPhase.EVALUATING, 20, 20, 4, 4, Optional.empty(), Optional.empty())));
        some.add(occurrence(
                Source.RUN_STATE,
                400,
                new RunSnapshot(SampleRun.ID, RunPhase.TRAINING, 20, 15, 4, 3, Optional.empty(), Optional.empty())));
        RunView run = folded(some);
        assertThat(run.phase())
                .as("the newest snapshot counts, not the last one read")
                .isEqualTo(Phase.EVALUATING);
        assertThat(run.committedSteps()).isEqualTo(20);
    }

    @Test
    void endsInEachWay() {
        Failure failure = new Failure(FailureCode.DOES_NOT_FIT, "needs 20 GB, the largest trainer has 8 GB");
        RunView failed = folded(with(new RunFailed(SampleRun.ID, failure, Optional.of(SampleRun.checkpoint(0)))));
        assertThat(failed.phase()).isEqualTo(Phase.FAILED);
        assertThat(failed.failure()).contains(failure);
        assertThat(failed.lastCheckpoint()).contains(SampleRun.checkpoint(0));
        assertThat(folded(with(new RunRejected(SampleRun.ID, failure))).phase()).isEqualTo(Phase.REJECTED);
        RunView cancelled = folded(with(new RunCancelled(SampleRun.ID, "enough", Optional.empty())));
        assertThat(cancelled.phase()).isEqualTo(Phase.CANCELLED);
        assertThat(cancelled.endedAt()).isPresent();
    }

    @Test
    void remembersThatSomeoneAskedToStopIt() {
        List<Occurrence> some = new ArrayList<>(told.subList(0, 5));
        some.add(occurrence(Source.COMMANDS, 7, new CancelRun(SampleRun.ID, "enough")));
        assertThat(folded(some).cancelRequested()).isTrue();
        assertThat(folded(told).cancelRequested()).isFalse();
    }

    @Test
    void knowsARunWhoseBeginningIsGone() {
        RunView run = folded(told.subList(told.size() - 2, told.size()));
        assertThat(run.phase()).isEqualTo(Phase.COMPLETED);
        assertThat(run.specification()).isEmpty();
        assertThat(RunDetail.of(run).name()).isEqualTo(SampleRun.ID.value());
    }

    private List<Occurrence> with(io.finemesh.contract.run.RunEvent end) {
        List<Occurrence> some = new ArrayList<>(told.subList(0, 5));
        some.add(occurrence(Source.RUN_EVENTS, 700, end));
        return some;
    }

    private List<Occurrence> until(java.util.function.Predicate<StepCompleted> last) {
        List<Occurrence> some = new ArrayList<>();
        for (Occurrence occurrence : told) {
            some.add(occurrence);
            if (occurrence.body() instanceof StepCompleted step && last.test(step)) {
                return some;
            }
        }
        throw new AssertionError("no such step");
    }

    private static Occurrence occurrence(Source source, long offset, io.finemesh.contract.Message body) {
        return new Occurrence(source, offset, new EventId("extra-" + offset), SampleRun.BEGIN.plusSeconds(60), body);
    }

    static RunView folded(List<Occurrence> occurrences) {
        RunView run = new RunView(SampleRun.ID);
        occurrences.forEach(run::apply);
        return run;
    }
}
