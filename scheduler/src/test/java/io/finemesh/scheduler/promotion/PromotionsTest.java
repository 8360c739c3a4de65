package io.finemesh.scheduler.promotion;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;
import static io.finemesh.scheduler.promotion.PromotionStory.RULES;
import static io.finemesh.scheduler.promotion.PromotionStory.first;
import static io.finemesh.scheduler.promotion.PromotionStory.policy;
import static io.finemesh.scheduler.promotion.PromotionStory.scores;
import static io.finemesh.scheduler.promotion.PromotionStory.submission;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.policy.Better;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyWithdrawn;
import io.finemesh.contract.policy.ThresholdRule;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.ApprovePromotion;
import io.finemesh.contract.registry.CandidateEnded;
import io.finemesh.contract.registry.CandidateSubmitted;
import io.finemesh.contract.registry.CheckpointEvaluated;
import io.finemesh.contract.registry.EvaluationMissed;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.registry.GateVerdict;
import io.finemesh.contract.registry.MoveAlias;
import io.finemesh.contract.registry.MoveReason;
import io.finemesh.contract.registry.RejectPromotion;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.ResolvedEvaluation;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.scheduler.SubmissionBuilder;
import io.finemesh.scheduler.journal.PromotionBoardStore;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PromotionsTest {
    private final PromotionStory story = new PromotionStory();

    @BeforeEach
    void define() {
        story.tell(policy(1, false, RULES));
    }

    @Test
    void theFirstCandidateThatIsGoodEnoughTakesTheAlias() {
        List<EvaluateCheckpoint> asked = story.complete("run-1", "ck-1");
        assertThat(asked).singleElement().satisfies(one -> {
            assertThat(one.checkpoint()).isEqualTo(new CheckpointId("ck-1"));
            assertThat(one.runId()).isEmpty();
            assertThat(one.tasks()).isNotEmpty();
        });

        List<Message> said = story.answer(asked, first(40), first(0));

        GateDecided decided = (GateDecided) said.getFirst();
        assertThat(decided.verdict()).isEqualTo(GateVerdict.PROMOTED);
        assertThat(decided.evidence()).hasSize(3);
        AliasMoved moved = (AliasMoved) said.getLast();
        assertThat(moved.from()).isEmpty();
        assertThat(moved.to()).isEqualTo(new CheckpointId("ck-1"));
        assertThat(moved.revision()).isEqualTo(1);
        assertThat(moved.decision()).isPresent();
        assertThat(story.holder("champion")).contains(new CheckpointId("ck-1"));
        assertThat(story.holder("challenger")).contains(new CheckpointId("ck-1"));
    }

    @Test
    void aChallengerIsComparedWithTheHolderOnTheSameSamples() {
        promote("run-1", "ck-1", 40);
        List<EvaluateCheckpoint> asked = story.complete("run-2", "ck-2");
        assertThat(asked).extracting(one -> one.checkpoint().value()).containsExactly("ck-2", "ck-1");
        assertThat(asked.get(0).dataset()).isEqualTo(asked.get(1).dataset());

        // Right on 38, but on others: 20 gained, 22 lost is chance; the figure is within the tolerance.
        List<Message> said = story.answer(asked, sample -> sample >= 22 && sample < 60, first(40));

        GateDecided decided = (GateDecided) said.getFirst();
        assertThat(decided.champion()).contains(new CheckpointId("ck-1"));
        assertThat(decided.evaluations()).hasSize(2);
        assertThat(decided.evidence().getLast().paired()).hasValueSatisfying(paired -> {
            assertThat(paired.samples()).isEqualTo(100);
            assertThat(paired.better()).isEqualTo(20);
            assertThat(paired.worse()).isEqualTo(22);
        });
        assertThat(decided.verdict()).isEqualTo(GateVerdict.PROMOTED);
    }

    @Test
    void aPoisonedChallengerIsRejectedInWordsAndTheAliasStays() {
        promote("run-1", "ck-1", 60);

        List<Message> said = story.answer(story.complete("run-2", "ck-2"), first(20), first(60));

        GateDecided decided = (GateDecided) said.getFirst();
        assertThat(said).hasSize(1);
        assertThat(decided.verdict()).isEqualTo(GateVerdict.REJECTED);
        assertThat(decided.sentence()).contains("exact_match", "failed").contains("worse on 40");
        assertThat(story.holder("champion")).contains(new CheckpointId("ck-1"));
    }

    @Test
    void aGateThatAsksWhatWasNotMeasuredDecidesNothing() {
        story.tell(
                policy(2, false, List.of(new ThresholdRule("gsm8k", "exact_match,strict-match", Better.HIGHER, 0.5))));

        List<Message> said = story.answer(story.complete("run-1", "ck-1"), first(40), first(0));

        GateDecided decided = (GateDecided) said.getFirst();
        assertThat(said).hasSize(1);
        assertThat(decided.verdict()).isEqualTo(GateVerdict.UNDECIDABLE);
        assertThat(decided.faults()).singleElement().asString().contains("gsm8k", "it was on exact_match");
    }

    @Test
    void whatComesAgainChangesNothing() {
        List<EvaluateCheckpoint> asked = story.complete("run-1", "ck-1");
        assertThat(story.tell(new CandidateSubmitted(submission("run-1")))).isEmpty();
        assertThat(story.tell(ended("run-1", RunPhase.COMPLETED, "ck-1"))).isEmpty();
        story.answer(asked, first(40), first(0));
        PromotionBoard before = story.board();

        assertThat(story.answer(asked, first(40), first(0))).isEmpty();
        assertThat(story.tell(ended("run-1", RunPhase.COMPLETED, "ck-1"))).isEmpty();
        assertThat(story.board()).isEqualTo(before);
    }

    @Test
    void theSameInputHasTheSameIdentitiesOfWhatItCauses() {
        Envelope<Message> input = PromotionStory.envelope(move("ck-9", "r-1"), "m-77");
        PromotionBoard board = story.board();

        assertThat(new Promotions().decide(board, input, Instant.EPOCH))
                .isEqualTo(new Promotions().decide(board, input, Instant.EPOCH));
    }

    @Test
    void whenTheAliasMovesMeanwhileTheChallengerIsComparedWithTheNewHolder() {
        promote("run-1", "ck-1", 40);
        List<EvaluateCheckpoint> asked = story.complete("run-2", "ck-2");
        story.tell(move("ck-9", "r-1"));

        List<EvaluateCheckpoint> again = story.answer(asked, first(50), first(40)).stream()
                .map(EvaluateCheckpoint.class::cast)
                .toList();

        assertThat(again).extracting(one -> one.checkpoint().value()).containsExactly("ck-2", "ck-9");
        GateDecided decided =
                (GateDecided) story.answer(again, first(50), first(80)).getFirst();
        assertThat(decided.champion()).contains(new CheckpointId("ck-9"));
        assertThat(decided.verdict()).isEqualTo(GateVerdict.REJECTED);
    }

    @Test
    void aPersonHasTheLastWordWhereThePolicySaysSo() {
        story.tell(policy(2, true, RULES));
        List<Message> said = story.answer(story.complete("run-1", "ck-1"), first(40), first(0));
        assertThat(((GateDecided) said.getFirst()).verdict()).isEqualTo(GateVerdict.AWAITING_APPROVAL);
        assertThat(said).hasSize(1);
        assertThat(story.holder("champion")).isEmpty();

        assertThat(story.tell(approve("ck-other")))
                .as("nobody waits under that name")
                .isEmpty();
        AliasMoved moved = (AliasMoved) story.tell(approve("ck-1")).getFirst();
        assertThat(moved.reason()).isEqualTo(MoveReason.APPROVED);
        assertThat(moved.by()).isEqualTo("ada");
        assertThat(story.tell(approve("ck-1"))).as("said again").isEmpty();

        story.answer(story.complete("run-2", "ck-2"), first(45), first(40));
        GateDecided no = (GateDecided)
                story.tell(new RejectPromotion("tiny", "champion", new CheckpointId("ck-2"), "ada", "looks odd"))
                        .getFirst();
        assertThat(no.verdict()).isEqualTo(GateVerdict.REJECTED);
        assertThat(no.sentence()).contains("ada said no: looks odd");
        assertThat(story.tell(approve("ck-2"))).isEmpty();
    }

    @Test
    void peopleMoveAnAliasAndTakeItBackOnceForEachRequest() {
        story.tell(move("ck-1", "r-1"));
        story.tell(move("ck-2", "r-2"));
        AliasMoved back = (AliasMoved) story.tell(back("r-3")).getFirst();
        assertThat(back.reason()).isEqualTo(MoveReason.ROLLED_BACK);
        assertThat(back.to()).isEqualTo(new CheckpointId("ck-1"));
        assertThat(back.revision()).isEqualTo(3);

        assertThat(story.tell(back("r-3"))).as("the same request again").isEmpty();
        assertThat(story.tell(back("r-4"))).as("nothing was there before").isEmpty();
        assertThat(story.tell(move("ck-1", "r-5"))).as("it stands there").isEmpty();
        assertThat(story.holder("champion")).contains(new CheckpointId("ck-1"));
    }

    @Test
    void aLaterEvaluationThatFallsBackTakesTheAliasBackWithTheEvidence() {
        promote("run-1", "ck-1", 40);
        promote("run-2", "ck-2", 50);

        assertThat(story.tell(later("e-1", "ck-2", 48)))
                .as("within the tolerance")
                .isEmpty();
        List<Message> said = story.tell(later("e-2", "ck-2", 35));

        GateDecided decided = (GateDecided) said.getFirst();
        assertThat(decided.verdict()).isEqualTo(GateVerdict.REGRESSED);
        assertThat(decided.evaluations()).containsExactly(new EvaluationId("e-2"));
        AliasMoved moved = (AliasMoved) said.getLast();
        assertThat(moved.reason()).isEqualTo(MoveReason.REGRESSED);
        assertThat(moved.to()).isEqualTo(new CheckpointId("ck-1"));
        assertThat(story.tell(later("e-3", "ck-2", 10)))
                .as("it holds nothing any more")
                .isEmpty();
    }

    @Test
    void onlyAnEvaluationOnThePolicysOwnDataIsHeldAgainstTheHolder() {
        promote("run-1", "ck-1", 40);
        promote("run-2", "ck-2", 50);
        String own = policy(1, false, RULES).run().evaluation().dataset().orElseThrow();

        assertThat(story.tell(later("e-1", "ck-2", 0, Optional.of("harder@1")))).isEmpty();
        assertThat(story.tell(later("e-2", "ck-2", 0, Optional.of(own + ":held-out"))))
                .isEmpty();
        assertThat(story.tell(later("e-3", "ck-2", 0, Optional.of(own + "@7"))))
                .as("another version of the policy's data")
                .hasSize(2);
        assertThat(story.holder("champion")).contains(new CheckpointId("ck-1"));
    }

    @Test
    void aThresholdOnTheUpdateIsTheChallengersAloneAndNothingLaterIsHeldAgainstIt() {
        story.tell(policy(2, false, List.of(new ThresholdRule("update_report", "changed_tensors", Better.HIGHER, 1))));
        story.tell(move(SubmissionBuilder.BASE.value(), "r-1"));
        SubmitRun plain = adamw("run-1", 10)
                .evaluation(
                        new EvaluationSpecification(
                                Optional.empty(),
                                List.of(new TaskSpecification(EvaluationTask.UPDATE_REPORT, 0, 0)),
                                false,
                                0),
                        ResolvedEvaluation.NOTHING)
                .build();
        story.tell(new CandidateSubmitted(new SubmitRun(
                plain.runId(),
                plain.specification(),
                plain.model(),
                plain.dataset(),
                plain.evaluationDataset(),
                submission("run-1").origin(),
                plain.evaluation())));

        List<EvaluateCheckpoint> asked = story.tell(ended("run-1", RunPhase.COMPLETED, "ck-1")).stream()
                .filter(EvaluateCheckpoint.class::isInstance)
                .map(EvaluateCheckpoint.class::cast)
                .toList();
        assertThat(asked)
                .as("the holder is what the run started from, and has no update to report")
                .singleElement()
                .satisfies(one -> assertThat(one.base()).contains(SubmissionBuilder.BASE));
        GateDecided decided = (GateDecided)
                story.tell(report(asked.getFirst().evaluation(), "ck-1", 12)).getFirst();
        assertThat(decided.verdict()).isEqualTo(GateVerdict.PROMOTED);
        assertThat(decided.evaluations()).hasSize(1);
        assertThat(story.holder("champion")).contains(new CheckpointId("ck-1"));

        assertThat(story.tell(report(new EvaluationId("e-1"), "ck-1", 0)))
                .as("a report against another checkpoint says nothing of the run's")
                .isEmpty();
    }

    @Test
    void onlyTheJudgeThatRatedTheHolderBeforeIsHeldAgainstIt() {
        story.tell(policy(2, false, List.of(new ThresholdRule("mt_bench", "average", Better.HIGHER, 5))));
        EvaluateCheckpoint asked = story.complete("run-1", "ck-1").getFirst();
        story.tell(rated(asked.evaluation(), "ck-1", 7, "gpt-4"));
        assertThat(story.holder("champion")).contains(new CheckpointId("ck-1"));

        assertThat(story.tell(rated(new EvaluationId("e-1"), "ck-1", 2, "a-stricter-one")))
                .isEmpty();
        assertThat(story.tell(rated(new EvaluationId("e-2"), "ck-1", 2, "gpt-4")))
                .singleElement()
                .isInstanceOfSatisfying(GateDecided.class, decided -> assertThat(decided.verdict())
                        .isEqualTo(GateVerdict.REGRESSED));
    }

    @Test
    void aTaskWithDataOfItsOwnIsHeldAgainstTheHolderOnThatData() {
        PolicyDefined plain = policy(2, false, RULES);
        TaskOptions own = new TaskOptions(
                Optional.of("quiz@3"),
                Optional.empty(),
                OptionalInt.empty(),
                false,
                Optional.empty(),
                Optional.empty());
        SubmitRun run = adamw("template", 30)
                .evaluation(
                        new EvaluationSpecification(
                                Optional.of("held-out"),
                                List.of(new TaskSpecification(EvaluationTask.EXACT_MATCH, 0, 16, Optional.of(own))),
                                false,
                                0),
                        ResolvedEvaluation.NOTHING)
                .build();
        story.tell(new PolicyDefined(
                plain.name(),
                plain.revision(),
                true,
                false,
                plain.model(),
                plain.alias(),
                plain.dataset(),
                plain.triggers(),
                plain.limits(),
                run.specification(),
                plain.warmupFraction(),
                plain.gate(),
                plain.webhooks()));
        promote("run-1", "ck-1", 40);

        assertThat(story.tell(later("e-1", "ck-1", 0, Optional.of("held-out@1"))))
                .as("the evaluation's data is not this task's")
                .isEmpty();
        assertThat(story.tell(later("e-2", "ck-1", 0, Optional.of("quiz@9")))).isNotEmpty();
    }

    @Test
    void aHolderWithNothingBeforeItStaysAndThatIsSaidOnce() {
        promote("run-1", "ck-1", 40);

        List<Message> said = story.tell(later("e-1", "ck-1", 10));
        assertThat(said).singleElement().isInstanceOfSatisfying(GateDecided.class, decided -> {
            assertThat(decided.verdict()).isEqualTo(GateVerdict.REGRESSED);
            assertThat(decided.sentence()).contains("it stays");
        });
        assertThat(story.tell(later("e-2", "ck-1", 10))).isEmpty();
        assertThat(story.holder("champion")).contains(new CheckpointId("ck-1"));
    }

    @Test
    void anEvaluationThatFailedIsAskedForOnceMoreAndThenTheGateDecidesNothing() {
        EvaluateCheckpoint first = story.complete("run-1", "ck-1").getFirst();
        Failure away = new Failure(FailureCode.STORE_UNREACHABLE, "the store is away");
        EvaluateCheckpoint second =
                (EvaluateCheckpoint) story.tell(new EvaluationMissed(first.evaluation(), first.checkpoint(), away))
                        .getFirst();
        assertThat(second.evaluation()).isNotEqualTo(first.evaluation());
        assertThat(story.tell(new EvaluationMissed(first.evaluation(), first.checkpoint(), away)))
                .as("the first attempt again")
                .isEmpty();

        GateDecided decided =
                (GateDecided) story.tell(new EvaluationMissed(second.evaluation(), second.checkpoint(), away))
                        .getFirst();

        assertThat(decided.verdict()).isEqualTo(GateVerdict.UNDECIDABLE);
        assertThat(decided.sentence()).contains("the store is away");
    }

    @Test
    void runsThatFailAndRunsOfNoPolicyAreNoCandidates() {
        story.tell(new CandidateSubmitted(submission("run-1")));
        assertThat(story.tell(ended("run-1", RunPhase.FAILED, "ck-1"))).isEmpty();
        assertThat(story.tell(ended("run-unknown", RunPhase.COMPLETED, "ck-1"))).isEmpty();
        assertThat(story.board().candidates()).isEmpty();
        story.tell(new CandidateSubmitted(submission("run-2")));
        story.tell(new PolicyWithdrawn("nightly", 2));
        assertThat(story.tell(ended("run-2", RunPhase.COMPLETED, "ck-2"))).isEmpty();
    }

    @Test
    void theBoardIsReadAsItWasWritten() {
        story.tell(policy(2, true, RULES));
        story.answer(story.complete("run-1", "ck-1"), first(40), first(0));
        story.tell(move("ck-0", "r-1"));
        story.complete("run-2", "ck-2");
        PromotionBoardStore boards = new PromotionBoardStore();
        Map<String, byte[]> store = new LinkedHashMap<>();

        boards.writeDifference(PromotionBoard.EMPTY, story.board(), store::put);
        PromotionBoardStore.Reading reading = boards.reading();
        store.forEach(reading::entry);

        assertThat(reading.board()).isEqualTo(story.board());
    }

    private void promote(String run, String checkpoint, int right) {
        story.answer(story.complete(run, checkpoint), first(right), first(40));
        assertThat(story.holder("champion")).contains(new CheckpointId(checkpoint));
    }

    private static CandidateEnded ended(String run, RunPhase phase, String checkpoint) {
        return new CandidateEnded(new RunId(run), phase, Optional.of(new CheckpointId(checkpoint)));
    }

    private static CheckpointEvaluated later(String evaluation, String checkpoint, int right) {
        return later(evaluation, checkpoint, right, Optional.empty());
    }

    private static CheckpointEvaluated later(String evaluation, String checkpoint, int right, Optional<String> data) {
        List<TaskScore> scores = scores(first(right));
        return new CheckpointEvaluated(
                new EvaluationId(evaluation),
                new CheckpointId(checkpoint),
                scores,
                data.map(version -> Map.of("exact_match", new DatasetVersion(version))));
    }

    private static CheckpointEvaluated report(EvaluationId evaluation, String checkpoint, int changed) {
        return new CheckpointEvaluated(
                evaluation,
                new CheckpointId(checkpoint),
                List.of(new TaskScore("update_report", "changed_tensors", changed, OptionalDouble.empty(), 12, false)),
                Optional.empty());
    }

    private static CheckpointEvaluated rated(EvaluationId evaluation, String checkpoint, double average, String judge) {
        return new CheckpointEvaluated(
                evaluation,
                new CheckpointId(checkpoint),
                List.of(new TaskScore(
                        "mt_bench",
                        "average",
                        average,
                        OptionalDouble.empty(),
                        160,
                        false,
                        Optional.empty(),
                        Optional.of(judge))),
                Optional.empty());
    }

    private static MoveAlias move(String checkpoint, String request) {
        return new MoveAlias("tiny", "champion", Optional.of(new CheckpointId(checkpoint)), request, "ada", "because");
    }

    private static MoveAlias back(String request) {
        return new MoveAlias("tiny", "champion", Optional.empty(), request, "ada", "because");
    }

    private static ApprovePromotion approve(String checkpoint) {
        return new ApprovePromotion("tiny", "champion", new CheckpointId(checkpoint), "ada", "fine");
    }
}
