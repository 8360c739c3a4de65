package io.finemesh.gateway.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.registry.GateVerdict;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedEvaluation;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.contract.store.RowPlace;
import io.finemesh.contract.training.DataOrder;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.gateway.fake.SampleRun;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Source;
import io.finemesh.plan.shuffle.SampleOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ImpactTest {
    private final MeshView mesh = new MeshView();
    private int messages;

    /** A run that makes one checkpoint, submitted after those before it. */
    private void run(String run, String base, String dataset, String checkpoint) {
        run(run, base, dataset, checkpoint, 4);
    }

    private void run(String run, String base, String dataset, String checkpoint, long lastStep) {
        RunId id = new RunId(run);
        ResolvedModel model =
                new ResolvedModel(new CheckpointId(base), SampleRun.MODEL.configurationJson(), 1_000, 4_000);
        say(
                Source.COMMANDS,
                new SubmitRun(
                        id,
                        SampleRun.specification(),
                        model,
                        dataset(dataset),
                        Optional.of(dataset("stream@2:held-out"))));
        committed(id, checkpoint, 0, lastStep);
    }

    private void committed(RunId id, String checkpoint, int segment, long lastStep) {
        say(
                Source.CHECKPOINTS,
                new CheckpointCommitted(
                        new CheckpointId(checkpoint),
                        id,
                        segment,
                        1,
                        new CheckpointId("ck-parent"),
                        lastStep,
                        "w",
                        10,
                        List.of("w"),
                        OptionalDouble.empty()));
    }

    private static ResolvedDataset dataset(String version) {
        return new ResolvedDataset(new DatasetVersion(version), SampleRun.DATASET.blob(), 10);
    }

    private void say(Source source, Message body) {
        messages++;
        mesh.apply(new Occurrence(
                source, messages, new EventId("m-" + messages), SampleRun.BEGIN.plusSeconds(messages), body));
    }

    private void chain() {
        run("run-before", "ck-base", "stream@1", "ck-a");
        run("run-touched", "ck-a", "stream@2", "ck-b");
        run("run-after", "ck-b", "other@7", "ck-c");
        run("run-beside", "ck-a", "other@7", "ck-d");
        run("run-cleaned", "ck-a", "stream@4", "ck-e");
    }

    private static RowDescriptor row(String part, OptionalInt removedIn) {
        return new RowDescriptor(
                "a".repeat(64),
                "stream",
                2,
                new DatasetVersion("stream@2"),
                part,
                removedIn,
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void aRowTouchesWhoTrainedOnItAndWhoStartedFromThat() {
        chain();

        Impact impact = Impact.of(Suspect.row(row("training", OptionalInt.of(4))), mesh);

        assertThat(impact.runs())
                .extracting(touched -> touched.run().value())
                .containsExactly("run-touched", "run-after");
        assertThat(impact.runs()).extracting(Impact.Touched::directly).containsExactly(true, false);
        assertThat(impact.runs())
                .as("the checkpoint before the row came")
                .allSatisfy(touched -> assertThat(touched.clean()).contains(new CheckpointId("ck-a")));
        assertThat(impact.checkpoints()).containsExactlyInAnyOrder(new CheckpointId("ck-b"), new CheckpointId("ck-c"));
    }

    /** Sixteen samples in batches of two: the run of {@link #segments} reads all of them in its first epoch. */
    private static final DataOrder ORDER = new DataOrder(3, 2, 16, 16, List.of());

    private static Suspect placed(long place) {
        return new Suspect(
                "stream", 1, OptionalInt.empty(), Suspect.Side.TRAINING, Optional.of(new RowPlace(place, List.of())));
    }

    /** A run of two steps a segment. */
    private void segments(String run, int segments, Optional<DataOrder> order) {
        RunId id = new RunId(run);
        for (int segment = 0; segment < segments; segment++) {
            say(Source.TRAINING, new SegmentStarted(id, segment, 1, SampleRun.TRAINER, "", order));
            if (segment > 0) {
                committed(id, "ck-%s-%d".formatted(run, segment), segment, 2L * segment + 1);
            }
        }
    }

    /** The place of the row that a step reads first. */
    private static int readIn(long step) {
        return new SampleOrder(ORDER.seed(), ORDER.batchSize(), ORDER.samples())
                .epoch(0)
                .at(Math.toIntExact(2 * step));
    }

    @Test
    void aRowTouchesCheckpointsFromTheStepThatReadsItOn() {
        run("run-a", "ck-base", "stream@1", "ck-run-a-0", 1);
        segments("run-a", 4, Optional.of(ORDER));
        run("run-early", "ck-run-a-1", "other@7", "ck-early");
        run("run-late", "ck-run-a-2", "other@7", "ck-late");

        Impact impact = Impact.of(placed(readIn(5)), mesh);

        assertThat(impact.runs())
                .extracting(touched -> touched.run().value())
                .as("a run from a checkpoint before the row was read has nothing of it")
                .containsExactly("run-a", "run-late");
        Impact.Touched first = impact.runs().getFirst();
        assertThat(first.firstStep()).hasValue(5);
        assertThat(first.checkpoints()).containsExactly(new CheckpointId("ck-run-a-2"), new CheckpointId("ck-run-a-3"));
        assertThat(first.clean()).contains(new CheckpointId("ck-run-a-1"));
        assertThat(first.cleanSteps()).isEqualTo(4);
        assertThat(impact.runs().getLast().clean()).contains(new CheckpointId("ck-run-a-1"));
        assertThat(impact.runs().getLast().cleanSteps()).isZero();
    }

    @Test
    void aRunThatEndedBeforeItReadTheRowIsNotTouched() {
        run("run-a", "ck-base", "stream@1", "ck-run-a-0", 1);
        segments("run-a", 2, Optional.of(ORDER));

        assertThat(Impact.of(placed(readIn(5)), mesh).runs())
                .as("it has not ended, so it will")
                .singleElement()
                .satisfies(touched -> assertThat(touched.checkpoints()).isEmpty());
        say(
                Source.RUN_EVENTS,
                new RunCompleted(new RunId("run-a"), new CheckpointId("ck-run-a-1"), "w", 4, Optional.empty()));

        assertThat(Impact.of(placed(readIn(5)), mesh).runs()).isEmpty();
        assertThat(Impact.of(placed(readIn(3)), mesh).checkpoints()).containsExactly(new CheckpointId("ck-run-a-1"));
    }

    @Test
    void aRunThatSaidNothingOfItsOrderCountsAsAWhole() {
        run("run-a", "ck-base", "stream@1", "ck-run-a-0", 1);
        segments("run-a", 3, Optional.empty());

        Impact.Touched touched = Impact.of(placed(readIn(5)), mesh).runs().getFirst();

        assertThat(touched.firstStep()).isEmpty();
        assertThat(touched.checkpoints()).hasSize(3);
        assertThat(touched.clean()).contains(new CheckpointId("ck-base"));
    }

    @Test
    void whatAGateAndAPersonAskedIsNamedToo() {
        run("run-a", "ck-base", "other@1", "ck-a");
        say(
                Source.REGISTRY,
                new GateDecided(
                        "m",
                        "champion",
                        "p",
                        1,
                        Optional.of(new RunId("run-a")),
                        new CheckpointId("ck-a"),
                        Optional.of(new CheckpointId("ck-base")),
                        GateVerdict.values()[0],
                        List.of(),
                        List.of(),
                        List.of(new EvaluationId("ev-of-the-champion")),
                        "decided"));
        say(
                Source.REQUESTS,
                new RequestEvaluation(
                        new EvaluationId("ev-on-demand"),
                        new EvaluationWork(
                                new CheckpointId("ck-a"),
                                0,
                                Optional.of(dataset("stream@3:held-out")),
                                Map.of(),
                                List.of(),
                                new EvaluationSettings(
                                        PromptTemplate.PLAIN, Precision.FP32, 64, Optional.empty(), Optional.empty()),
                                Optional.empty(),
                                Optional.empty())));

        assertThat(Impact.of(Suspect.row(row("held-out", OptionalInt.empty())), mesh)
                        .evaluations())
                .containsExactlyInAnyOrder(new EvaluationId("ev-of-the-champion"), new EvaluationId("ev-on-demand"));
        assertThat(Impact.of(Suspect.row(row("training", OptionalInt.empty())), mesh)
                        .evaluations())
                .as("a held-out part has no row that is trained on")
                .isEmpty();
    }

    @Test
    void aRowThatIsStillThereTouchesEveryLaterVersion() {
        chain();

        assertThat(Impact.of(Suspect.row(row("training", OptionalInt.empty())), mesh)
                        .runs())
                .extracting(touched -> touched.run().value())
                .containsExactly("run-touched", "run-after", "run-cleaned");
    }

    @Test
    void aHeldOutRowTouchesNoRunAndQuarantinedOnesNothing() {
        chain();

        assertThat(Impact.of(Suspect.row(row("held-out", OptionalInt.empty())), mesh)
                        .runs())
                .isEmpty();
        assertThat(Impact.of(Suspect.row(row("quarantined", OptionalInt.empty())), mesh)
                        .runs())
                .isEmpty();
    }

    @Test
    void aVersionAndAWholeDataSetAreFollowedToo() {
        chain();

        assertThat(Impact.of(Suspect.version("stream", 1), mesh).runs())
                .extracting(touched -> touched.run().value())
                .as("everything comes from it")
                .containsExactly("run-before", "run-touched", "run-after", "run-beside", "run-cleaned");
        assertThat(Impact.of(Suspect.dataset("other"), mesh).runs()).hasSize(2);
        assertThat(Impact.of(Suspect.dataset("strea"), mesh).runs()).isEmpty();
    }

    @Test
    void evaluationsOnDataThatHoldsItOutAreNamed() {
        SampleRun.occurrences().forEach(mesh::apply);

        assertThat(Impact.of(Suspect.dataset("sums-held-out"), mesh).evaluations())
                .hasSize(2);
    }

    /** Held-out rows that one task is asked on, and what a judge is asked with. */
    @Test
    void evaluationsWhoseTasksOrJudgeReadItAreNamedToo() {
        SubmitRun plain = SampleRun.submit(SampleRun.ID, SampleRun.specification());
        say(
                Source.COMMANDS,
                new SubmitRun(
                        plain.runId(),
                        plain.specification(),
                        plain.model(),
                        plain.dataset(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new ResolvedEvaluation(
                                Map.of(
                                        "stream:held-out",
                                        dataset("stream@2:held-out"),
                                        "prompts",
                                        dataset("prompts@1")),
                                Optional.empty(),
                                Optional.empty()))));
        SampleRun.occurrences().stream()
                .filter(told -> told.source() != Source.COMMANDS)
                .forEach(mesh::apply);

        assertThat(Impact.of(Suspect.row(row("held-out", OptionalInt.empty())), mesh)
                        .evaluations())
                .hasSize(2);
        assertThat(Impact.of(Suspect.dataset("prompts"), mesh).evaluations()).hasSize(2);
        assertThat(Impact.of(Suspect.dataset("sums-held-out"), mesh).evaluations())
                .isEmpty();
    }
}
