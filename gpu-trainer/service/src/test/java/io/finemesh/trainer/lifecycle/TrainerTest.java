package io.finemesh.trainer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of a real trainer on real arithmetic; store and broker are in memory. */
class TrainerTest {
    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();
    private CheckpointId model;
    private TinyRun adamW;
    private TinyRun bAdam;

    @BeforeEach
    void fillTheStore() {
        model = store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        adamW = TinyRun.adamW(store.add(TinyData.sums(40)), 3, 4);
        bAdam = TinyRun.bAdam(adamW.dataset(), 4, 3);
    }

    @Test
    void saysWhatHappensInOrder() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.train(bAdam, 0, 1, model);

            assertThat(bench.recorder().words())
                    .containsExactly(
                            "started 0", "block 0 layer.0", "step 0 0", "step 0 1", "step 0 2", "trained 0", "ended 0");
        }
    }

    @Test
    void adamWTrainsEverySegmentOnTheResultOfTheOneBefore() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            List<CheckpointId> checkpoints = bench.train(adamW, 0, 3, model);

            assertThat(bench.recorder().of(StepCompleted.class))
                    .extracting(StepCompleted::step)
                    .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
            List<Double> losses = bench.recorder().of(StepCompleted.class).stream()
                    .map(StepCompleted::loss)
                    .toList();
            assertThat(losses.getLast()).isLessThan(losses.getFirst());
            Manifest last = store.committed(checkpoints.getLast());
            assertThat(last.parent()).contains(checkpoints.get(1).value());
            assertThat(changed(model, checkpoints.getLast()))
                    .hasSize(store.committed(model).tensors().size());
            assertThat(last.trainingState().orElseThrow().stateBlobs()).hasSize(1);
            // The base was read once; everything later was in memory.
            assertThat(store.downloads()).doesNotHaveDuplicates();
        }
    }

    @Test
    void saysTheMeanGradientNormOfASegmentAsItsLedgerHasIt() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            bench.train(bAdam, 0, 2, model);

            for (SegmentTrained trained : bench.recorder().of(SegmentTrained.class)) {
                List<Double> norms = bench.recorder().of(StepCompleted.class).stream()
                        .filter(step -> step.segmentIndex() == trained.segmentIndex())
                        .map(StepCompleted::gradientNorm)
                        .toList();
                assertThat(norms).hasSize(3).allMatch(norm -> norm > 0);
                assertThat(trained.gradientNorm()).isEqualTo(SegmentTrained.meanGradientNorm(norms));
            }
        }
    }

    @Test
    void bAdamChangesTheActiveBlockOnly() throws Exception {
        try (Workbench bench = new Workbench(store, directory)) {
            List<CheckpointId> checkpoints = bench.train(bAdam, 0, 4, model);

            CheckpointId parent = model;
            for (int segment = 0; segment < 4; segment++) {
                String block = "model.layers." + segment % TinyModel.LAYERS + ".";
                assertThat(changed(parent, checkpoints.get(segment)))
                        .isNotEmpty()
                        .allMatch(name -> name.startsWith(block));
                SegmentEnded ended = bench.recorder().of(SegmentEnded.class).get(segment);
                assertThat(ended.weightBlobs()).hasSize(1);
                assertThat(ended.stateBlobs()).isEmpty();
                parent = checkpoints.get(segment);
            }
        }
    }

    private Set<String> changed(CheckpointId before, CheckpointId after) {
        Manifest old = store.committed(before);
        return store.committed(after).tensors().stream()
                .filter(tensor -> !tensor.tensorDigest()
                        .equals(old.find(tensor.name()).orElseThrow().tensorDigest()))
                .map(TensorEntry::name)
                .collect(Collectors.toSet());
    }
}
