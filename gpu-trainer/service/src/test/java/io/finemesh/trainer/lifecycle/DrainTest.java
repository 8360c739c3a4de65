package io.finemesh.trainer.lifecycle;

import static io.finemesh.trainer.fixture.Recorder.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.failure.Disposition;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaving in order. */
class DrainTest {
    private static final int FOR_EVER = 1_000_000;

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private CheckpointId model;
    private TinyRun run;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        run = TinyRun.adamW(store.add(TinyData.sums(40)), 3, 2);
    }

    @Test
    void theRunningSegmentIsGivenBackAfterTheStepItIsAt() throws Exception {
        TinyRun endless = TinyRun.adamW(run.dataset(), 1, FOR_EVER);
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(endless.train(0, model, 1));
            bench.recorder().awaitLast(StepCompleted.class, 2);

            bench.trainer().leave();

            SegmentFailed given = bench.recorder().of(SegmentFailed.class).getLast();
            assertThat(given.failure().code().disposition()).isEqualTo(Disposition.PARK);
            assertThat(bench.recorder().words().getLast()).isEqualTo("failed 0 TRAINER_LEFT");
            assertThat(bench.recorder().heartbeats().getLast().condition()).isEqualTo(TrainerCondition.DRAINING);
            assertThat(bench.trainer().isDeviceThreadAlive()).isFalse();
            int beats = bench.recorder().heartbeats().size();

            bench.send(run.train(0, model, 1));

            assertThat(bench.recorder().words()).endsWith("failed 0 TRAINER_LEFT", "failed 0 TRAINER_LEFT");
            assertThat(bench.recorder().heartbeats()).hasSize(beats);
        }
    }

    @Test
    void aSegmentThatWaitsIsGivenBackWithoutBeingStarted() throws Exception {
        CountDownLatch downloads = store.holdDownloads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            bench.send(run.named("run-waiting").train(0, model, 1));
            await().until(() -> bench.recorder().heartbeats().stream()
                    .anyMatch(beat -> beat.condition() == TrainerCondition.TRAINING));

            bench.trainer().leave();

            assertThat(bench.recorder().words()).containsExactly("failed 0 TRAINER_LEFT", "failed 0 TRAINER_LEFT");
            assertThat(bench.recorder().of(SegmentFailed.class))
                    .extracting(failed -> failed.runId().value())
                    .containsExactly("run-adamw", "run-waiting");
        }
        downloads.countDown();
    }

    @Test
    void uploadsOfFinishedSegmentsAreFinished() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            bench.recorder().awaitLast(SegmentTrained.class, 1);
            Thread leaving = Thread.ofVirtual().start(() -> leave(bench));
            await().until(() -> !bench.trainer().isDeviceThreadAlive());
            assertThat(bench.recorder().words()).endsWith("trained 0");

            uploads.countDown();
            leaving.join();

            assertThat(bench.recorder().words()).endsWith("trained 0", "ended 0");
        }
    }

    @Test
    void uploadsThatTakeTooLongAreGivenBack() throws Exception {
        store.holdUploads();
        try (Workbench bench = new Workbench(store, directory, Map.of("drain.limit", "50ms"))) {
            bench.send(run.train(0, model, 1));
            bench.recorder().awaitLast(SegmentTrained.class, 1);

            bench.trainer().leave();

            assertThat(bench.recorder().words()).endsWith("trained 0", "failed 0 TRAINER_LEFT");
        }
    }

    @Test
    void leavingIdleSaysNothing() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.trainer().leave();

            assertThat(bench.recorder().words()).isEmpty();
        }
    }

    private static void leave(Workbench bench) {
        try {
            bench.trainer().leave();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
