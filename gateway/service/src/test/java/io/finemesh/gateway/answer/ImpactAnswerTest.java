package io.finemesh.gateway.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.RunAccepted;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.contract.store.RowPlace;
import io.finemesh.contract.training.DataOrder;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.gateway.admission.SpecificationForm;
import io.finemesh.gateway.fake.SampleRun;
import io.finemesh.gateway.lineage.Impact;
import io.finemesh.gateway.lineage.Suspect;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Source;
import io.finemesh.plan.shuffle.SampleOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ImpactAnswerTest {
    private static final int ROWS = 80;
    private static final DataOrder ORDER = new DataOrder(1, 2, ROWS, ROWS, List.of());
    private static final Map<String, Object> ASKED = SpecificationForm.of(SampleRun.specification());

    private final MeshView mesh = new MeshView();

    /** The sample run, which says its order, and what a row has touched that one of its steps is the first to read. */
    private ImpactAnswer touchedIn(int step) {
        return touchedIn(step, SampleRun.specification());
    }

    private ImpactAnswer touchedIn(int step, RunSpecification asked) {
        SampleRun.occurrences().stream()
                .map(told -> told.body() instanceof SubmitRun
                        ? new Occurrence(
                                told.source(),
                                told.offset(),
                                told.id(),
                                told.time(),
                                SampleRun.submit(SampleRun.ID, asked))
                        : told)
                .filter(told -> !(told.body() instanceof RunAccepted))
                .forEach(mesh::apply);
        Message started = new SegmentStarted(SampleRun.ID, 0, 1, SampleRun.TRAINER, "", Optional.of(ORDER));
        mesh.apply(new Occurrence(Source.TRAINING, 900, new EventId("ordered"), SampleRun.BEGIN, started));
        int place =
                new SampleOrder(ORDER.seed(), ORDER.batchSize(), ROWS).epoch(0).at(ORDER.batchSize() * step);
        RowDescriptor row = new RowDescriptor(
                "a".repeat(64),
                "sums",
                1,
                new DatasetVersion("sums@1"),
                "training",
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(new RowPlace(place, List.of())));
        return ImpactAnswer.of("sums", Optional.of(row), Impact.of(Suspect.row(row), mesh), mesh, List.of());
    }

    @Test
    void theRepairTrainsTheStepsBehindTheLastUntouchedCheckpoint() {
        ImpactAnswer answer = touchedIn(7);

        ImpactAnswer.Run run = answer.runs().getFirst();
        String clean = SampleRun.checkpoint(0).value();
        assertThat(run.firstStep()).contains(7L);
        assertThat(run.clean()).contains(clean);
        assertThat(run.checkpoints())
                .containsExactly(
                        SampleRun.checkpoint(1).value(),
                        SampleRun.checkpoint(2).value(),
                        SampleRun.checkpoint(3).value());
        assertThat(answer.repair().orElseThrow())
                .containsEntry("model", clean)
                .containsEntry("duration", Map.of("max_steps", 15L))
                .containsEntry("method", ASKED.get("method"));
    }

    @Test
    void theWarmUpOfTheRepairIsNoLongerThanItsSteps() {
        Map<String, Object> repair =
                touchedIn(17, SampleRun.warmedUpFor(8)).repair().orElseThrow();

        assertThat(repair).containsEntry("duration", Map.of("max_steps", 5L));
        assertThat(((Map<?, ?>) repair.get("optimizer")).get("warmup_steps")).isEqualTo(5L);
    }

    @Test
    void theVisitsOfTheRepairAreNoLongerThanItsSteps() {
        Map<String, Object> repair =
                touchedIn(17, SampleRun.visiting(8)).repair().orElseThrow();

        assertThat(((Map<?, ?>) repair.get("method")).get("badam_switch_interval"))
                .isEqualTo(5L);
    }

    @Test
    void theRepairOfARunThatReadItBeforeItsFirstCheckpointTrainsAllSteps() {
        ImpactAnswer answer = touchedIn(3);

        assertThat(answer.repair().orElseThrow())
                .containsEntry("model", SampleRun.MODEL.checkpoint().value())
                .containsEntry("duration", ASKED.get("duration"))
                .containsEntry("optimizer", ASKED.get("optimizer"));
    }

    @Test
    void theRepairsNameIsARunsNameHoweverLongAndHoweverOften() {
        assertThat(name("first")).isEqualTo("first without");
        assertThat(name("first without")).isEqualTo("first without");
        assertThat(name("\uD83C\uDF31".repeat(128))).isEqualTo("\uD83C\uDF31".repeat(120) + " without");
    }

    private static Object name(String asked) {
        return new ImpactAnswerTest()
                .touchedIn(7, SampleRun.named(asked))
                .repair()
                .orElseThrow()
                .get("name");
    }
}
