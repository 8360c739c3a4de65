package io.finemesh.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.checkpoint.ModelImported;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.gateway.fake.SampleRun;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MeshViewTest {
    private final MeshView mesh = new MeshView();

    @Test
    void keepsRunsApartAndListsTheNewestFirst() {
        RunId older = new RunId("run-a");
        RunId newer = new RunId("run-b");
        apply(SampleRun.occurrences(older));
        apply(SampleRun.occurrences(newer).stream()
                .map(each -> new Occurrence(
                        each.source(), each.offset(), each.id(), each.time().plusSeconds(5), each.body()))
                .toList());
        assertThat(mesh.runs()).extracting(RunView::id).containsExactly(newer, older);
        assertThat(mesh.run(older)).get().extracting(RunView::stepCount).isEqualTo((long) SampleRun.STEPS);
        assertThat(mesh.run(new RunId("run-c"))).isEmpty();
    }

    @Test
    void findsEvaluationsOfACheckpointWhicheverRunAskedForThem() {
        apply(SampleRun.occurrences(new RunId("run-a")));
        apply(SampleRun.occurrences(new RunId("run-b")));
        assertThat(mesh.evaluationsOf(SampleRun.checkpoint(3))).hasSize(2);
        assertThat(mesh.evaluationsOf(SampleRun.checkpoint(2))).isEmpty();
    }

    @Test
    void anImportBelongsToNoRun() {
        boolean news = mesh.apply(new Occurrence(
                Source.CHECKPOINTS,
                0,
                new EventId("import"),
                SampleRun.BEGIN,
                new ModelImported(SampleRun.checkpoint(-1), "tiny", 1_000, 4_000, "w")));
        assertThat(news).isFalse();
        assertThat(mesh.runs()).isEmpty();
    }

    @Test
    void showsTheNewestWordOfEachTrainer() {
        heartbeat("life-1", 5, TrainerCondition.TRAINING);
        assertThat(heartbeat("life-1", 4, TrainerCondition.IDLE)).as("late").isFalse();
        assertThat(heartbeat("life-1", 5, TrainerCondition.IDLE)).as("again").isFalse();
        assertThat(condition()).isEqualTo(TrainerCondition.TRAINING);
        assertThat(heartbeat("life-2", 0, TrainerCondition.IDLE))
                .as("restarted")
                .isTrue();
        assertThat(condition()).isEqualTo(TrainerCondition.IDLE);
    }

    private TrainerCondition condition() {
        return mesh.trainer(SampleRun.TRAINER).orElseThrow().heartbeat().condition();
    }

    private boolean heartbeat(String life, long sequence, TrainerCondition condition) {
        return mesh.apply(new Occurrence(
                Source.TRAINERS,
                sequence,
                new EventId(life + sequence),
                Instant.EPOCH.plusSeconds(sequence),
                new TrainerHeartbeat(
                        SampleRun.TRAINER,
                        new TrainerIncarnation(life),
                        sequence,
                        condition,
                        "cpu",
                        "mkl",
                        100,
                        80,
                        10,
                        Optional.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        List.of())));
    }

    private void apply(List<Occurrence> occurrences) {
        occurrences.forEach(mesh::apply);
    }
}
