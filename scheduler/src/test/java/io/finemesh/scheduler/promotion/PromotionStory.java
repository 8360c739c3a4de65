package io.finemesh.scheduler.promotion;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.Outcomes;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.FireId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.policy.Better;
import io.finemesh.contract.policy.GateRule;
import io.finemesh.contract.policy.GateSpecification;
import io.finemesh.contract.policy.NoRegressionRule;
import io.finemesh.contract.policy.PairedDemand;
import io.finemesh.contract.policy.PairedRule;
import io.finemesh.contract.policy.PairedTest;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyLimits;
import io.finemesh.contract.policy.ThresholdRule;
import io.finemesh.contract.registry.CandidateEnded;
import io.finemesh.contract.registry.CandidateSubmitted;
import io.finemesh.contract.registry.CheckpointEvaluated;
import io.finemesh.contract.run.RunOrigin;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.wire.Envelope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/** A board and what was said so far. */
public final class PromotionStory {
    /** Samples of the held-out data. */
    public static final int SAMPLES = 100;

    /** Good enough, not worse, and on the same samples not significantly worse. */
    public static final List<GateRule> RULES = List.of(
            new ThresholdRule("exact_match", "exact_match", Better.HIGHER, 0.3),
            new NoRegressionRule("exact_match", "exact_match", Better.HIGHER, 0.05),
            new PairedRule(
                    "exact_match", "exact_match", Better.HIGHER, PairedDemand.NOT_WORSE, PairedTest.MCNEMAR, 0.95, 50));

    private final Promotions promotions = new Promotions();
    private PromotionBoard board = PromotionBoard.EMPTY;
    private List<Message> said = new ArrayList<>();
    private int messages;

    /** Tells something and returns what is said to it. */
    public List<Message> tell(Message body) {
        return tell(envelope(body, "m-" + messages++));
    }

    List<Message> tell(Envelope<? extends Message> input) {
        PromotionDecision decision = promotions.decide(board, input, Instant.EPOCH);
        board = decision.board();
        said = decision.outputs().stream()
                .map(output -> (Message) output.envelope().body())
                .toList();
        return said;
    }

    static Envelope<Message> envelope(Message body, String id) {
        return Envelope.starting(new EventId(id), "/test", "key", Instant.EPOCH, Optional.empty(), body);
    }

    PromotionBoard board() {
        return board;
    }

    /** The checkpoint that an alias stands for. */
    public Optional<CheckpointId> holder(String alias) {
        return board.alias("tiny", alias).holder();
    }

    /** A run of the policy is complete; what is asked of the evaluators. */
    public List<EvaluateCheckpoint> complete(String run, String checkpoint) {
        tell(new CandidateSubmitted(submission(run)));
        return tell(new CandidateEnded(new RunId(run), RunPhase.COMPLETED, Optional.of(new CheckpointId(checkpoint))))
                .stream()
                .filter(EvaluateCheckpoint.class::isInstance)
                .map(EvaluateCheckpoint.class::cast)
                .toList();
    }

    /** Answers what was asked; the last answer's consequences. */
    public List<Message> answer(List<EvaluateCheckpoint> asked, IntPredicate challenger, IntPredicate champion) {
        List<Message> last = List.of();
        for (int index = 0; index < asked.size(); index++) {
            EvaluateCheckpoint one = asked.get(index);
            last = tell(new CheckpointEvaluated(
                    one.evaluation(), one.checkpoint(), scores(index == 0 ? challenger : champion), Optional.empty()));
        }
        return last;
    }

    /** Scores of which these samples are right. */
    public static List<TaskScore> scores(IntPredicate right) {
        BitSet bits = new BitSet();
        for (int sample = 0; sample < SAMPLES; sample++) {
            bits.set(sample, right.test(sample));
        }
        double value = bits.cardinality() / (double) SAMPLES;
        return List.of(new TaskScore(
                "exact_match",
                "exact_match",
                value,
                OptionalDouble.of(0.05),
                SAMPLES,
                false,
                Optional.of(Outcomes.of(new BlobDigest("5".repeat(64)), SAMPLES, bits))));
    }

    /** The first so many samples are right. */
    public static IntPredicate first(int count) {
        return sample -> sample < count;
    }

    /** A run of the policy. */
    public static SubmitRun submission(String run) {
        SubmitRun plain = adamw(run, 10).evaluated(false, 0).build();
        return new SubmitRun(
                plain.runId(),
                plain.specification(),
                plain.model(),
                plain.dataset(),
                plain.evaluationDataset(),
                Optional.of(new RunOrigin("nightly", new FireId("fire-" + run))));
    }

    /** The policy with a gate. */
    public static PolicyDefined policy(long revision, boolean manualApproval, List<GateRule> rules) {
        return new PolicyDefined(
                "nightly",
                revision,
                true,
                false,
                "tiny",
                "champion",
                "stream",
                List.of(),
                new PolicyLimits(0, 1, OptionalLong.empty(), OptionalDouble.empty(), 0),
                adamw("template", 30).build().specification(),
                OptionalDouble.empty(),
                new GateSpecification(rules, manualApproval, false, 1),
                List.of());
    }
}
