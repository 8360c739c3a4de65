package io.finemesh.store.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.StagedBlob;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.checkpoint.manifest.TrainingStateEntry;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.training.SegmentEnded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CommitRulesTest {
    private static final String CURSOR = "{\"position\":5}";
    private static final Manifest ROOT = Manifest.imported(
            List.of(new FileEntry("config.json", reference("config"))),
            List.of(
                    blob("embedding-0", tensor("embed", Dtype.F32, "e0", 4, 2)),
                    blob("layer-0", tensor("a", Dtype.F32, "a0", 2, 2), tensor("b", Dtype.F32, "b0", 2)),
                    blob("final-0", tensor("norm", Dtype.F32, "n0", 2))));
    private static final StagedBlob LAYER =
            blob("layer-1", tensor("a", Dtype.F32, "a1", 2, 2), tensor("b", Dtype.F32, "b1", 2));
    private static final StagedEvidence SOUND = new StagedEvidence(List.of(LAYER), ledger(0, 1, 2), List.of());

    @Test
    void aSoundResultIsCommittedUnderTheIdTheTrainerComputed() {
        SegmentEnded claim = claim(ROOT, 0, 2, SOUND);

        CommitDecision decision = CommitRules.decide(claim, ROOT, SOUND);

        assertThat(decision).isInstanceOfSatisfying(CommitDecision.Commit.class, commit -> {
            assertThat(commit.manifest().checkpointId())
                    .isEqualTo(claim.checkpoint().value());
            assertThat(commit.manifest().parent()).contains(ROOT.checkpointId());
            assertThat(commit.manifest().trainedBy()).contains(new TrainedBy("run", 0, 2));
            assertThat(commit.manifest().find("a")).hasValueSatisfying(tensor -> assertThat(tensor.tensorDigest())
                    .isEqualTo(Sha256.of("a1".getBytes(UTF_8))));
            assertThat(commit.manifest().find("embed")).isEqualTo(ROOT.find("embed"));
            assertThat(commit.manifest().files()).isEqualTo(ROOT.files());
        });
    }

    @Test
    void theNextSegmentGoesOnWhereItsBaseStopped() {
        Manifest first = commit(claim(ROOT, 0, 2, SOUND), ROOT, SOUND);
        StagedEvidence second = new StagedEvidence(
                List.of(blob("embedding-1", tensor("embed", Dtype.F32, "e1", 4, 2))), ledger(3, 4), List.of());

        Manifest committed = commit(claim(first, 1, 4, second), first, second);

        assertThat(committed.trainedBy()).contains(new TrainedBy("run", 1, 4));
        assertThat(CommitRules.firstStep(claim(first, 1, 4, second), first)).isEqualTo(3);
    }

    @Test
    void anotherRunBeginsAtStepZeroOnAnyBase() {
        Manifest first = commit(claim(ROOT, 0, 2, SOUND), ROOT, SOUND);
        StagedEvidence evidence = new StagedEvidence(List.of(LAYER), ledger(0, 1), List.of());

        SegmentEnded claim = claim("other-run", first, 0, 1, evidence);

        assertThat(CommitRules.firstStep(claim, first)).isZero();
        assertThat(CommitRules.decide(claim, first, evidence)).isInstanceOf(CommitDecision.Commit.class);
    }

    @Test
    void aSegmentThatChangedNoWeightIsACheckpointToo() {
        StagedEvidence evidence = new StagedEvidence(List.of(), ledger(0), List.of());

        Manifest committed = commit(claim(ROOT, 0, 0, evidence), ROOT, evidence);

        assertThat(committed.weightsDigest()).isEqualTo(ROOT.weightsDigest());
        assertThat(committed.checkpointId()).isNotEqualTo(ROOT.checkpointId());
    }

    static Stream<Arguments> refusals() {
        UnaryOperator<SegmentEnded> asItIs = claim -> claim;
        return Stream.of(
                Arguments.of(
                        "an object is missing",
                        evidence(List.of(LAYER), LedgerEvidence.none(), "ledger object x was not uploaded"),
                        asItIs,
                        List.of("ledger object x was not uploaded")),
                Arguments.of(
                        "another shape",
                        evidence(
                                List.of(blob("l", tensor("a", Dtype.F32, "a1", 4), tensor("b", Dtype.F32, "b1", 2))),
                                ledger(0, 1, 2)),
                        asItIs,
                        List.of("tensor a has shape [4], the base's has [2, 2]")),
                Arguments.of(
                        "another dtype",
                        evidence(
                                List.of(blob(
                                        "l", tensor("a", Dtype.BF16, "a1", 2, 2), tensor("b", Dtype.F32, "b1", 2))),
                                ledger(0, 1, 2)),
                        asItIs,
                        List.of("tensor a has dtype BF16, the base's has F32")),
                Arguments.of(
                        "a tensor the base does not have",
                        evidence(List.of(blob("l", tensor("c", Dtype.F32, "c1", 2))), ledger(0, 1, 2)),
                        asItIs,
                        List.of("tensor c is not one of the base's")),
                Arguments.of(
                        "half of a group",
                        evidence(List.of(blob("l", tensor("a", Dtype.F32, "a1", 2, 2))), ledger(0, 1, 2)),
                        asItIs,
                        List.of("holds a, which are not the tensors of one parameter group")),
                Arguments.of(
                        "two groups in one object",
                        evidence(
                                List.of(blob(
                                        "l",
                                        tensor("a", Dtype.F32, "a1", 2, 2),
                                        tensor("b", Dtype.F32, "b1", 2),
                                        tensor("norm", Dtype.F32, "n1", 2))),
                                ledger(0, 1, 2)),
                        asItIs,
                        List.of("holds a, b, norm, which are not the tensors of one parameter group")),
                Arguments.of(
                        "a tensor twice",
                        evidence(
                                List.of(
                                        LAYER,
                                        blob(
                                                "l2",
                                                tensor("a", Dtype.F32, "a2", 2, 2),
                                                tensor("b", Dtype.F32, "b2", 2))),
                                ledger(0, 1, 2)),
                        asItIs,
                        List.of("tensor a is in two objects", "tensor b is in two objects")),
                Arguments.of(
                        "an object without tensors",
                        evidence(List.of(blob("l")), ledger(0, 1, 2)),
                        asItIs,
                        List.of("holds no tensor")),
                Arguments.of(
                        "a gap in the ledger",
                        evidence(List.of(LAYER), ledger(0, 2)),
                        asItIs,
                        List.of("line 2 of the ledger is of step 2, expected 1")),
                Arguments.of(
                        "a step twice",
                        evidence(List.of(LAYER), ledger(0, 1, 1)),
                        asItIs,
                        List.of("line 3 of the ledger is of step 1, expected 2")),
                Arguments.of(
                        "steps out of order",
                        evidence(List.of(LAYER), ledger(1, 0, 2)),
                        asItIs,
                        List.of("line 1 of the ledger is of step 1, expected 0")),
                Arguments.of(
                        "a step too few",
                        evidence(List.of(LAYER), ledger(0, 1)),
                        asItIs,
                        List.of("the ledger has 2 steps; the segment has 3, from 0 to 2")),
                Arguments.of(
                        "a step too many",
                        evidence(List.of(LAYER), ledger(0, 1, 2, 3)),
                        asItIs,
                        List.of("the ledger has more than 3 steps")),
                Arguments.of(
                        "an empty ledger",
                        evidence(List.of(LAYER), LedgerEvidence.none()),
                        asItIs,
                        List.of("the ledger has 0 steps")),
                Arguments.of(
                        "an unreadable ledger",
                        evidence(
                                List.of(LAYER),
                                new LedgerEvidence(
                                        List.of(0L, 1L),
                                        OptionalDouble.empty(),
                                        List.of("line 3 of the ledger has no integer step"))),
                        asItIs,
                        List.of("line 3 of the ledger has no integer step", "the ledger has 2 steps")),
                Arguments.of("no cursor", SOUND, cursor(""), List.of("the cursor is found nothing")),
                Arguments.of(
                        "a cursor that is no object",
                        SOUND,
                        cursor("[1]"),
                        List.of("the cursor is found a JSON array")),
                Arguments.of(
                        "a cursor with a key twice",
                        SOUND,
                        cursor("{\"a\":1,\"a\":2}"),
                        List.of("the cursor is not valid JSON")),
                Arguments.of(
                        "an id that does not follow",
                        SOUND,
                        (UnaryOperator<SegmentEnded>) claim ->
                                with(claim, new CheckpointId("ck-" + "0".repeat(32)), 0, 2, claim.cursorJson()),
                        List.of(
                                "the trainer computed checkpoint id ck-00000000000000000000000000000000, the store computes ck-")),
                Arguments.of(
                        "a segment left out",
                        SOUND,
                        (UnaryOperator<SegmentEnded>)
                                claim -> with(claim, claim.checkpoint(), 1, 2, claim.cursorJson()),
                        List.of("the segment has index 1 but the one after base")),
                Arguments.of(
                        "a last step before the first",
                        evidence(List.of(LAYER), LedgerEvidence.none()),
                        (UnaryOperator<SegmentEnded>)
                                claim -> with(claim, claim.checkpoint(), 0, -1, claim.cursorJson()),
                        List.of("the last step is -1 but the segment begins with step 0")),
                Arguments.of(
                        "everything at once",
                        evidence(List.of(blob("l", tensor("c", Dtype.F32, "c1", 2))), ledger(7)),
                        (UnaryOperator<SegmentEnded>) claim -> with(claim, claim.checkpoint(), 3, 2, "x"),
                        List.of("has index 3", "tensor c is not", "the cursor is", "line 1 of the ledger")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void whatDoesNotVerifyIsRefusedWithEveryReason(
            String name, StagedEvidence evidence, UnaryOperator<SegmentEnded> change, List<String> expected) {
        SegmentEnded claim = change.apply(claim(ROOT, 0, 2, SOUND));

        CommitDecision decision = CommitRules.decide(claim, ROOT, evidence);

        assertThat(decision).isInstanceOfSatisfying(CommitDecision.Refuse.class, refuse -> {
            assertThat(refuse.problems()).as(name).hasSize(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertThat(refuse.problems().get(i)).contains(expected.get(i));
            }
        });
    }

    @Test
    void aSegmentOfTheSameRunMustFollowItsBase() {
        Manifest first = commit(claim(ROOT, 0, 2, SOUND), ROOT, SOUND);
        StagedEvidence again = new StagedEvidence(List.of(LAYER), ledger(0, 1, 2), List.of());

        CommitDecision decision = CommitRules.decide(claim(first, 0, 2, again), first, again);

        assertThat(decision).isInstanceOfSatisfying(CommitDecision.Refuse.class, refuse -> assertThat(refuse.problems())
                .anyMatch(problem -> problem.contains("the one after base " + first.checkpointId() + " is 1"))
                .anyMatch(problem -> problem.contains("the last step is 2 but the segment begins with step 3")));
    }

    private static Manifest commit(SegmentEnded claim, Manifest parent, StagedEvidence evidence) {
        return ((CommitDecision.Commit) CommitRules.decide(claim, parent, evidence)).manifest();
    }

    private static UnaryOperator<SegmentEnded> cursor(String json) {
        return claim -> with(claim, claim.checkpoint(), claim.segmentIndex(), claim.lastStep(), json);
    }

    private static SegmentEnded with(
            SegmentEnded claim, CheckpointId checkpoint, int index, long lastStep, String cursor) {
        return new SegmentEnded(
                claim.runId(),
                index,
                claim.epoch(),
                claim.trainer(),
                checkpoint,
                claim.base(),
                lastStep,
                claim.weightBlobs(),
                cursor,
                claim.stateBlobs(),
                claim.ledger());
    }

    private static SegmentEnded claim(Manifest parent, int index, long lastStep, StagedEvidence evidence) {
        return claim("run", parent, index, lastStep, evidence);
    }

    private static SegmentEnded claim(String run, Manifest parent, int index, long lastStep, StagedEvidence evidence) {
        Manifest child = parent.child(
                new TrainedBy(run, index, lastStep),
                evidence.weights(),
                Optional.of(new TrainingStateEntry(CURSOR, List.of())),
                Optional.of(reference("ledger")));
        return new SegmentEnded(
                new RunId(run),
                index,
                1,
                new TrainerId("t"),
                new CheckpointId(child.checkpointId()),
                new CheckpointId(parent.checkpointId()),
                lastStep,
                evidence.weights().stream().map(blob -> contract(blob.blob())).toList(),
                CURSOR,
                List.of(),
                contract(reference("ledger")));
    }

    private static StagedEvidence evidence(List<StagedBlob> weights, LedgerEvidence ledger, String... problems) {
        return new StagedEvidence(weights, ledger, List.of(problems));
    }

    private static LedgerEvidence ledger(long... steps) {
        return new LedgerEvidence(LongStream.of(steps).boxed().toList(), OptionalDouble.empty(), List.of());
    }

    private static io.finemesh.contract.store.BlobReference contract(BlobReference blob) {
        return new io.finemesh.contract.store.BlobReference(new BlobDigest(blob.digest()), blob.sizeBytes());
    }

    private static BlobReference reference(String content) {
        return new BlobReference(Sha256.of(content.getBytes(UTF_8)), content.length());
    }

    private static StagedBlob blob(String content, TensorEntry... tensors) {
        BlobReference blob = reference(content);
        List<TensorEntry> placed = new ArrayList<>();
        for (TensorEntry tensor : tensors) {
            placed.add(new TensorEntry(
                    tensor.name(), tensor.dtype(), tensor.shape(), tensor.tensorDigest(), blob.digest()));
        }
        return new StagedBlob(blob, placed);
    }

    private static TensorEntry tensor(String name, Dtype dtype, String content, long... shape) {
        return new TensorEntry(
                name, dtype, Arrays.stream(shape).boxed().toList(), Sha256.of(content.getBytes(UTF_8)), "0".repeat(64));
    }
}
