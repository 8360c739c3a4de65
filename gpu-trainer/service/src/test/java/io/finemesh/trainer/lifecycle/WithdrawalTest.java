package io.finemesh.trainer.lifecycle;

import static io.finemesh.trainer.fixture.Recorder.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments that end before they are done, and commands that come late, twice or for somebody else. */
class WithdrawalTest {
    private static final int FOR_EVER = 1_000_000;

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private CheckpointId model;
    private TinyRun run;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        run = TinyRun.bAdam(store.add(TinyData.sums(40)), 3, 4);
    }

    @Test
    void aStopEndsTheSegmentAfterTheStepItIsAtAndSaysNothing() throws Exception {
        TinyRun endless = TinyRun.adamW(run.dataset(), 1, FOR_EVER);
        try (Workbench bench = new Workbench(store, directory)) {
            bench.recorder().listen(message -> {
                if (message instanceof StepCompleted step && step.step() == 2) {
                    bench.send(endless.stop(7));
                }
            });

            bench.send(endless.train(0, model, 7));

            await().until(() -> bench.recorder().of(StepCompleted.class).size() >= 3);
            await().until(() -> bench.recorder().heartbeats().getLast().condition() == TrainerCondition.IDLE);
            assertThat(bench.recorder().heartbeats().getLast().heldCheckpoints())
                    .isEmpty();
            assertThat(bench.recorder().words()).containsExactly("started 0", "step 0 0", "step 0 1", "step 0 2");

            bench.train(run, 0, 1, model);
            assertThat(bench.recorder().words()).endsWith("trained 0", "ended 0");
        }
    }

    @Test
    void aStopReachesASegmentThatWaitsForItsBase() throws Exception {
        CountDownLatch downloads = store.holdDownloads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 7));
            await().until(() -> bench.recorder().heartbeats().stream()
                    .anyMatch(beat -> beat.condition() == TrainerCondition.TRAINING));

            bench.send(run.stop(7));

            await().until(() -> bench.recorder().heartbeats().getLast().condition() == TrainerCondition.IDLE);
            assertThat(bench.recorder().words()).isEmpty();
            downloads.countDown();
            bench.train(run, 0, 1, model);
        }
    }

    @Test
    void aStoppedEpochStaysStopped() throws Exception {
        TinyRun other = run.named("run-other");
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.stop(7));
            bench.send(run.train(0, model, 6));
            bench.send(run.train(0, model, 7));

            bench.train(other, 0, 1, model);

            assertThat(bench.recorder().of(SegmentTrained.class))
                    .extracting(SegmentTrained::runId)
                    .containsExactly(other.id());
            bench.send(run.train(0, model, 8));
            assertThat(bench.recorder().awaitLast(SegmentTrained.class, 2).epoch())
                    .isEqualTo(8);
        }
    }

    @Test
    void aDuplicateIsIgnoredBeforeDuringAndAfterTheSegment() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.recorder().listen(message -> {
                if (message instanceof StepCompleted step && step.step() == 1) {
                    bench.send(run.train(0, model, 7));
                }
            });
            bench.send(run.train(0, model, 7));
            bench.send(run.train(0, model, 7));
            bench.recorder().awaitLast(SegmentEnded.class, 1);
            bench.send(run.train(0, model, 7));

            bench.train(run.named("run-other"), 0, 1, model);

            assertThat(bench.recorder().words().subList(0, 8))
                    .containsExactly(
                            "started 0",
                            "block 0 layer.0",
                            "step 0 0",
                            "step 0 1",
                            "step 0 2",
                            "step 0 3",
                            "trained 0",
                            "ended 0");
            assertThat(bench.recorder().of(SegmentTrained.class)).hasSize(2);
        }
    }

    @Test
    void anOlderEpochIsIgnored() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 7));
            bench.send(run.train(0, model, 6));
            bench.recorder().awaitLast(SegmentEnded.class, 1);

            bench.train(run.named("run-other"), 0, 1, model);

            assertThat(bench.recorder().of(SegmentTrained.class))
                    .extracting(SegmentTrained::epoch)
                    .containsExactly(7L, 100L);
        }
    }

    @Test
    void aNewerEpochReplacesTheOneBeingExecutedAndComesToTheSameResult() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.recorder().listen(message -> {
                if (message instanceof StepCompleted step && step.step() == 1 && step.epoch() == 7) {
                    bench.send(run.train(0, model, 8));
                }
            });
            bench.send(run.train(0, model, 7));

            SegmentTrained replaced = bench.recorder().awaitLast(SegmentTrained.class, 1);

            assertThat(replaced.epoch()).isEqualTo(8);
            assertThat(bench.recorder().words().subList(0, 11))
                    .containsExactly(
                            "started 0",
                            "block 0 layer.0",
                            "step 0 0",
                            "step 0 1",
                            "started 0",
                            "block 0 layer.0",
                            "step 0 0",
                            "step 0 1",
                            "step 0 2",
                            "step 0 3",
                            "trained 0");
            CheckpointId calm = bench.train(run, 0, 1, model).getFirst();
            assertThat(replaced.checkpoint()).isEqualTo(calm);
        }
    }

    @Test
    void aNextSegmentThatComesWhileTheLastOneIsBeingUploadedReplacesNothing() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.recorder().listen(message -> {
                // On the device thread, at the very moment the result is announced.
                if (message instanceof SegmentTrained trained && trained.segmentIndex() == 0) {
                    bench.send(run.train(1, trained.checkpoint(), 8));
                }
            });
            bench.send(run.train(0, model, 7));
            bench.recorder().awaitLast(SegmentTrained.class, 2);
            uploads.countDown();

            bench.recorder().awaitLast(SegmentEnded.class, 2);

            assertThat(bench.recorder().of(SegmentEnded.class))
                    .extracting(SegmentEnded::epoch)
                    .containsExactly(7L, 8L);
        }
    }

    @Test
    void commandsForOthersAreIgnored() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            TrainSegment mine = (TrainSegment) run.train(0, model, 7).body();
            bench.send(run.command(
                    "for-another-trainer",
                    new TrainSegment(new TrainerId("trainer-1"), mine.incarnation(), 7, mine.work())));
            bench.send(run.command(
                    "for-another-life",
                    new TrainSegment(mine.trainer(), new TrainerIncarnation("life-0"), 7, mine.work())));

            bench.train(run, 0, 1, model);

            assertThat(bench.recorder().of(SegmentTrained.class)).hasSize(1);
        }
    }
}
