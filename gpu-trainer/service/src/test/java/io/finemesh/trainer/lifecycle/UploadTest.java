package io.finemesh.trainer.lifecycle;

import static io.finemesh.trainer.fixture.Recorder.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
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

/** Results on their way to the store while the device goes on. */
class UploadTest {
    private static final int FOR_EVER = 1_000_000;

    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    private final MemoryStore store = new MemoryStore();
    private CheckpointId model;
    private TinyRun run;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        run = TinyRun.bAdam(store.add(TinyData.sums(40)), 4, 2);
    }

    @Test
    void theNextSegmentIsTrainedMeanwhile() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            SegmentTrained first = bench.recorder().awaitLast(SegmentTrained.class, 1);
            bench.send(run.train(1, first.checkpoint(), 2));
            bench.recorder().awaitLast(SegmentTrained.class, 2);

            assertThat(bench.recorder().of(SegmentEnded.class)).isEmpty();
            uploads.countDown();

            bench.recorder().awaitLast(SegmentEnded.class, 2);
            assertThat(bench.recorder().words())
                    .containsExactly(
                            "started 0",
                            "block 0 layer.0",
                            "step 0 0",
                            "step 0 1",
                            "trained 0",
                            "started 1",
                            "block 1 layer.1",
                            "step 1 2",
                            "step 1 3",
                            "trained 1",
                            "ended 0",
                            "ended 1");
            bench.recorder().of(SegmentEnded.class).forEach(store::commit);
        }
    }

    @Test
    void aThirdResultWaitsUntilTheFirstIsUploaded() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            CheckpointId base = model;
            for (int segment = 0; segment < 2; segment++) {
                bench.send(run.train(segment, base, segment + 1));
                base = bench.recorder()
                        .awaitLast(SegmentTrained.class, segment + 1)
                        .checkpoint();
            }
            bench.send(run.train(2, base, 3));
            int beats = bench.recorder().heartbeats().size();
            await().until(() -> bench.recorder().heartbeats().size() > beats + 5);

            assertThat(bench.recorder().heartbeats().getLast().epoch()).hasValue(3);
            assertThat(bench.recorder().words()).doesNotContain("started 2");
            uploads.countDown();

            bench.recorder().awaitLast(SegmentEnded.class, 3);
            assertThat(bench.recorder().words()).endsWith("trained 2", "ended 2");
        }
    }

    @Test
    void aResultIsAnnouncedWhenTheBrokerHasEveryStep() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.recorder().withhold();
            bench.send(run.train(0, model, 1));
            bench.recorder().awaitLast(StepCompleted.class, 2);
            int beats = bench.recorder().heartbeats().size();
            await().until(() -> bench.recorder().heartbeats().size() > beats + 5);
            assertThat(bench.recorder().of(SegmentTrained.class)).isEmpty();

            bench.recorder().acknowledge();

            bench.recorder().awaitLast(SegmentEnded.class, 1);
            assertThat(bench.recorder().words()).endsWith("step 0 1", "trained 0", "ended 0");
        }
    }

    @Test
    void whatTheStoreHasIsNotUploadedAgain() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.train(run, 0, 2, model);
        }
        int uploads = store.uploads().size();
        assertThat(uploads).isEqualTo(4);

        try (Workbench bench = new Workbench(store, elsewhere)) {
            bench.train(run, 0, 2, model);
        }
        assertThat(store.uploads()).hasSize(uploads);
    }

    @Test
    void aStoreThatStaysAwayFailsTheResultAndWhatIsBuiltOnIt() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        TinyRun endless = new TinyRun(
                run.id(),
                run.method(),
                run.precision(),
                run.trace(),
                2,
                FOR_EVER,
                run.learningRate(),
                run.dataset(),
                40,
                run.template());
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(endless.train(0, model, 1));
            SegmentTrained first = bench.recorder().awaitLast(SegmentTrained.class, 1);
            bench.recorder().withhold();
            bench.send(endless.train(1, first.checkpoint(), 2));
            bench.recorder().awaitLast(StepCompleted.class, 4);

            store.fail(-1);
            uploads.countDown();

            SegmentFailed running = bench.recorder().awaitLast(SegmentFailed.class, 2);
            assertThat(bench.recorder().of(SegmentFailed.class))
                    .extracting(SegmentFailed::segmentIndex, SegmentFailed::epoch)
                    .containsExactly(tuple(0, 1L), tuple(1, 2L));
            assertThat(running.failure().code()).isEqualTo(FailureCode.STORE_UNREACHABLE);
            assertThat(bench.recorder().of(SegmentEnded.class)).isEmpty();

            store.fail(0);
            bench.recorder().acknowledge();
            CheckpointId again = bench.train(endless, 0, 1, model).getFirst();
            assertThat(again).isEqualTo(first.checkpoint());
        }
    }

    @Test
    void resultsWaitingBehindOneThatIsLostAreLostToo() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            SegmentTrained first = bench.recorder().awaitLast(SegmentTrained.class, 1);
            bench.send(run.train(1, first.checkpoint(), 2));
            bench.recorder().awaitLast(SegmentTrained.class, 2);

            store.fail(-1);
            uploads.countDown();

            bench.recorder().awaitLast(SegmentFailed.class, 2);
            assertThat(bench.recorder().words())
                    .endsWith("trained 1", "failed 0 STORE_UNREACHABLE", "failed 1 STORE_UNREACHABLE");
            store.fail(0);
            // Neither is held any more: a segment on top of one is refused instead of being built on sand.
            bench.send(run.train(1, first.checkpoint(), 3));
            assertThat(bench.recorder()
                            .awaitLast(SegmentFailed.class, 3)
                            .failure()
                            .code())
                    .isEqualTo(FailureCode.TRAINER_LOST);
        }
    }

    @Test
    void aResultThatWasMadeTwiceIsNotLostWithItsFirstUpload() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            bench.recorder().awaitLast(SegmentTrained.class, 1);
            bench.send(run.train(0, model, 2));
            SegmentTrained again = bench.recorder().awaitLast(SegmentTrained.class, 2);
            bench.send(run.train(1, again.checkpoint(), 3));
            bench.recorder().listen(message -> {
                if (message instanceof SegmentFailed) {
                    store.fail(0);
                }
            });

            store.fail(-1);
            uploads.countDown();
            bench.recorder().awaitLast(SegmentEnded.class, 2);

            assertThat(bench.recorder().of(SegmentFailed.class))
                    .extracting(SegmentFailed::segmentIndex, SegmentFailed::epoch)
                    .containsExactly(tuple(0, 1L));
            assertThat(bench.recorder().of(SegmentEnded.class))
                    .extracting(SegmentEnded::segmentIndex, SegmentEnded::epoch)
                    .containsExactly(tuple(0, 2L), tuple(1, 3L));
            bench.recorder().of(SegmentEnded.class).forEach(store::commit);
        }
    }

    /** The listener holds the device thread where the segment has ended and its upload has not begun. */
    @Test
    void aResultThatIsMadeWhileItsBaseIsLostIsLostToo() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            SegmentTrained first = bench.recorder().awaitLast(SegmentTrained.class, 1);
            bench.recorder().listen(message -> {
                if (message instanceof SegmentTrained trained && trained.segmentIndex() == 1) {
                    store.fail(-1);
                    uploads.countDown();
                    bench.recorder().awaitLast(SegmentFailed.class, 1);
                    await().until(() -> !bench.recorder()
                            .heartbeats()
                            .getLast()
                            .heldCheckpoints()
                            .contains(first.checkpoint()));
                    store.fail(0);
                }
            });

            bench.send(run.train(1, first.checkpoint(), 2));
            bench.recorder().awaitLast(SegmentFailed.class, 2);

            assertThat(bench.recorder().words())
                    .endsWith("trained 1", "failed 0 STORE_UNREACHABLE", "failed 1 STORE_UNREACHABLE");
            bench.train(run.named("run-other"), 0, 1, model);
            assertThat(bench.recorder().of(SegmentEnded.class))
                    .extracting(ended -> ended.runId().value())
                    .as("the orphan is not uploaded")
                    .containsExactly("run-other");
        }
    }

    @Test
    void heartbeatsShowTheLeaseUntilItsResultIsUploaded() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 7));
            bench.recorder().awaitLast(SegmentTrained.class, 1);
            int beats = bench.recorder().heartbeats().size();
            await().until(() -> bench.recorder().heartbeats().size() > beats + 2);
            TrainerHeartbeat uploading = bench.recorder().heartbeats().getLast();
            assertThat(uploading.condition()).isEqualTo(TrainerCondition.IDLE);
            assertThat(uploading.run()).contains(run.id());
            assertThat(uploading.epoch()).hasValue(7);

            uploads.countDown();

            bench.recorder().awaitLast(SegmentEnded.class, 1);
            await().until(() -> bench.recorder().heartbeats().getLast().run().isEmpty());
        }
    }

    @Test
    void aStopDropsResultsThatAreNotUploadedYet() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            bench.recorder().awaitLast(SegmentTrained.class, 1);

            bench.send(run.stop(1));
            uploads.countDown();
            bench.train(run.named("run-other"), 0, 1, model);

            assertThat(bench.recorder().of(SegmentEnded.class))
                    .extracting(ended -> ended.runId().value())
                    .containsExactly("run-other");
        }
    }

    @Test
    void aBaseThatIsHeldButNotCommittedIsLoadedFromTheLocalDisk() throws Exception {
        CountDownLatch uploads = store.holdUploads();
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            SegmentTrained first = bench.recorder().awaitLast(SegmentTrained.class, 1);
            // The weights in memory become those of no checkpoint: the segment is replaced in the middle.
            bench.recorder().listen(message -> {
                if (message instanceof StepCompleted step && step.epoch() == 2) {
                    bench.send(run.train(1, first.checkpoint(), 3));
                }
            });
            bench.send(run.train(1, first.checkpoint(), 2));
            SegmentTrained second = bench.recorder().awaitLast(SegmentTrained.class, 2);
            uploads.countDown();
            bench.recorder().awaitLast(SegmentEnded.class, 2);
            bench.recorder().of(SegmentEnded.class).forEach(store::commit);

            assertThat(second.epoch()).isEqualTo(3);
            try (Workbench calm = new Workbench(store, elsewhere)) {
                assertThat(calm.train(run, 0, 2, model)).containsExactly(first.checkpoint(), second.checkpoint());
            }
        }
    }
}
