package io.finemesh.trainer.heartbeat;

import static io.finemesh.trainer.fixture.Recorder.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeartTest {
    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private CheckpointId model;
    private TinyRun run;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        run = TinyRun.bAdam(store.add(TinyData.sums(40)), 2, 2);
    }

    @Test
    void saysWhoAndWhatIsThere() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            await().until(() -> bench.recorder().heartbeats().size() >= 3);
            List<TrainerHeartbeat> beats = bench.recorder().heartbeats();
            TrainerHeartbeat first = beats.getFirst();

            assertThat(first.trainer()).isEqualTo(TinyRun.TRAINER);
            assertThat(first.incarnation()).isEqualTo(TinyRun.INCARNATION);
            assertThat(beats.subList(0, 3))
                    .extracting(TrainerHeartbeat::sequence)
                    .containsExactly(0L, 1L, 2L);
            assertThat(first.condition()).isEqualTo(TrainerCondition.IDLE);
            assertThat(first.device()).isEqualTo("cpu");
            assertThat(first.blas()).isIn("mkl", "openblas");
            assertThat(first.memoryTotalBytes()).isPositive();
            assertThat(first.memoryBudgetBytes()).isEqualTo((long) (first.memoryTotalBytes() * 0.8));
            assertThat(first.memoryUsedBytes()).isBetween(50_000_000L, first.memoryTotalBytes());
            assertThat(first.run()).isEmpty();
            assertThat(first.epoch()).isEmpty();
            assertThat(first.step()).isEmpty();
            assertThat(first.heldCheckpoints()).isEmpty();
        }
    }

    @Test
    void showsALeaseAsSoonAsItIsAcceptedAndTheStepItIsAt() throws Exception {
        CountDownLatch downloads = store.holdDownloads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.recorder().listen(message -> {
                if (message instanceof StepCompleted step && step.step() == 1) {
                    int before = bench.recorder().heartbeats().size();
                    await().until(() -> bench.recorder().heartbeats().size() > before + 1);
                }
            });
            bench.send(run.train(0, model, 7));
            await().until(() -> bench.recorder().heartbeats().stream()
                    .anyMatch(beat -> beat.condition() == TrainerCondition.TRAINING));
            TrainerHeartbeat waiting = bench.recorder().heartbeats().getLast();
            assertThat(waiting.run()).contains(run.id());
            assertThat(waiting.epoch()).hasValue(7);
            assertThat(waiting.step()).isEmpty();

            downloads.countDown();
            SegmentTrained trained = bench.recorder().awaitLast(SegmentTrained.class, 1);

            assertThat(bench.recorder().heartbeats())
                    .extracting(TrainerHeartbeat::step)
                    .contains(OptionalLong.of(1));
            await().until(() -> bench.recorder().heartbeats().getLast().condition() == TrainerCondition.IDLE);
            assertThat(bench.recorder().heartbeats().getLast().heldCheckpoints())
                    .containsExactly(trained.checkpoint());
        }
    }

    @Test
    void showsTheNewestTwoResultsTheOneInMemoryFirst() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            TinyRun longer = TinyRun.bAdam(run.dataset(), 3, 1);
            List<CheckpointId> checkpoints = bench.train(longer, 0, 3, model);
            int before = bench.recorder().heartbeats().size();
            await().until(() -> bench.recorder().heartbeats().size() > before + 1);

            assertThat(bench.recorder().heartbeats().getLast().heldCheckpoints())
                    .containsExactly(checkpoints.get(2), checkpoints.get(1));
        }
    }

    @Test
    void aFixedBudgetIsTakenAsItIsUpToWhatIsThere() throws Exception {
        assertThat(new MemoryBudget(OptionalLong.of(100), 0.8).bytes(1000)).isEqualTo(100);
        assertThat(new MemoryBudget(OptionalLong.of(2000), 0.8).bytes(1000)).isEqualTo(1000);
        assertThat(new MemoryBudget(OptionalLong.empty(), 0.5).bytes(1000)).isEqualTo(500);
        try (Workbench bench = new Workbench(store, directory, Map.of("memory.budget", "1M"))) {
            await().until(() -> !bench.recorder().heartbeats().isEmpty());

            assertThat(bench.recorder().heartbeats().getFirst().memoryBudgetBytes())
                    .isEqualTo(1 << 20);
        }
    }

    @Test
    void goesOnWhileTheBrokerIsAwayAndKnowsWhenItIsBack() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            await().until(() -> bench.trainer().heart().acknowledged().isPresent());
            bench.recorder().refuse(new IOException("no broker"));
            int before = bench.recorder().heartbeats().size();
            await().until(() -> bench.recorder().heartbeats().size() > before + 3);
            Instant last = bench.trainer().heart().acknowledged().orElseThrow();

            bench.recorder().refuse(null);

            await().until(() ->
                    bench.trainer().heart().acknowledged().orElseThrow().isAfter(last));
        }
    }
}
