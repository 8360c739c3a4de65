package io.finemesh.gateway.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedEvaluation;
import io.finemesh.contract.run.ResolvedModel;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.gateway.fake.SampleRun;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Source;
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
        say(
                Source.CHECKPOINTS,
                new CheckpointCommitted(
                        new CheckpointId(checkpoint),
                        id,
                        0,
                        1,
                        new CheckpointId(base),
                        4,
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
                "a".repeat(64), "stream", 2, new DatasetVersion("stream@2"), part, removedIn, Optional.empty());
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
