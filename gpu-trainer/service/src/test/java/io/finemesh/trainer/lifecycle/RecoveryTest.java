package io.finemesh.trainer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.TrainingProcess;
import io.finemesh.trainer.fixture.Workbench;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment is a pure function: whoever executes it, however often and after whatever, comes to the same checkpoint. */
class RecoveryTest {
    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    private final MemoryStore store = new MemoryStore();
    private CheckpointId model;
    private TinyRun adamW;
    private TinyRun bAdam;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        adamW = TinyRun.adamW(store.add(TinyData.sums(40)), 4, 3);
        bAdam = TinyRun.bAdam(adamW.dataset(), 4, 3);
    }

    @Test
    void adamWGoesOnFromItsSavedMoments() throws Exception {
        assertThat(inOneGo(adamW)).isEqualTo(aTrainerEachSegment(adamW));
    }

    @Test
    void bAdamGoesOnFromABlockBoundary() throws Exception {
        assertThat(inOneGo(bAdam)).isEqualTo(aTrainerEachSegment(bAdam));
    }

    @Test
    void bAdamGoesOnInHalfPrecision() throws Exception {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.BF16));
        TinyRun half = bAdam.withPrecision(Precision.BF16);

        List<CheckpointId> checkpoints = inOneGo(half);

        assertThat(checkpoints).isEqualTo(aTrainerEachSegment(half));
        assertThat(store.committed(checkpoints.getLast()).tensors()).allMatch(tensor -> tensor.dtype() == Dtype.BF16);
    }

    @Test
    void theStepsOfARepeatedSegmentAreTheSameToTheLastBit() throws Exception {
        List<StepCompleted> first = steps(directory);
        List<StepCompleted> second = steps(elsewhere);

        assertThat(first).hasSize(12);
        for (int i = 0; i < first.size(); i++) {
            assertThat(second.get(i).step()).isEqualTo(first.get(i).step());
            assertThat(second.get(i).loss()).isEqualTo(first.get(i).loss());
            assertThat(second.get(i).gradientNorm()).isEqualTo(first.get(i).gradientNorm());
        }
    }

    @Test
    void aTrainerDroppedInTheMiddleIsReplacedWithoutATrace() throws Exception {
        List<CheckpointId> calm = inOneGo(bAdam);
        try (Workbench dropped = new Workbench(store, directory)) {
            dropped.recorder().listen(message -> {
                if (message instanceof StepCompleted step && step.step() == 4) {
                    throw new AssertionError("the device dies here");
                }
            });
            dropped.send(bAdam.train(0, model, 1));
            CheckpointId first =
                    dropped.recorder().awaitLast(SegmentTrained.class, 1).checkpoint();
            dropped.send(bAdam.train(1, first, 2));
            dropped.recorder().awaitLast(StepCompleted.class, 5);
        }
        try (Workbench replacement = new Workbench(store, directory)) {
            assertThat(replacement.train(bAdam, 1, 3, calm.getFirst())).isEqualTo(calm.subList(1, 4));
        }
    }

    @Test
    void theWeightsDigestDependsOnTheWeightsOnly() throws Exception {
        Manifest one = store.committed(inOneGo(bAdam).getLast());
        Manifest other = store.committed(inOneGo(bAdam.named("run-again")).getLast());

        assertThat(other.weightsDigest()).isEqualTo(one.weightsDigest());
        assertThat(other.checkpointId()).isNotEqualTo(one.checkpointId());
    }

    @Test
    void processesWithAsManyThreadsComeToTheSameAlsoAfterAKill() throws Exception {
        List<String> calm = TrainingProcess.run(directory, 2);
        TrainingProcess.killInTheMiddle(elsewhere, 2);
        List<String> afterKill = TrainingProcess.run(elsewhere, 2);

        assertThat(calm).hasSize(TrainingProcess.SEGMENTS);
        assertThat(afterKill).isEqualTo(calm);
    }

    private List<CheckpointId> inOneGo(TinyRun run) throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            return bench.train(run, 0, run.segments(), model);
        }
    }

    private List<CheckpointId> aTrainerEachSegment(TinyRun run) throws Exception {
        List<CheckpointId> checkpoints = new ArrayList<>();
        CheckpointId base = model;
        for (int segment = 0; segment < run.segments(); segment++) {
            try (Workbench bench = new Workbench(store, elsewhere.resolve(run.id() + "-" + segment))) {
                base = bench.train(run, segment, 1, base).getFirst();
            }
            checkpoints.add(base);
        }
        return checkpoints;
    }

    private List<StepCompleted> steps(Path place) throws Exception {
        try (Workbench bench = new Workbench(store, place)) {
            bench.train(adamW, 0, 4, model);
            return bench.recorder().of(StepCompleted.class);
        }
    }
}
