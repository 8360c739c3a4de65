package io.finemesh.trainer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.AdapterSpecification;
import io.finemesh.contract.run.AdaptiveRefresh;
import io.finemesh.contract.run.BlockCut;
import io.finemesh.contract.run.BlockOrder;
import io.finemesh.contract.run.FrozenForm;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.MomentForm;
import io.finemesh.contract.run.MomentTransfer;
import io.finemesh.contract.run.PartitionSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.ProjectedSide;
import io.finemesh.contract.run.ProjectionSpecification;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.SubspaceRefresh;
import io.finemesh.contract.run.WeightRounding;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.trainer.fixture.MemoryStore;
import io.finemesh.trainer.fixture.TinyData;
import io.finemesh.trainer.fixture.TinyModel;
import io.finemesh.trainer.fixture.TinyRun;
import io.finemesh.trainer.fixture.Workbench;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method from a run specification to a checkpoint, and from a checkpoint on in a trainer that knows nothing of the run. */
class MethodTest {
    private static final int STEPS = 2;

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore();

    static Stream<MethodSpecification> methods() {
        return Stream.of(
                method(Method.ADAMW, Optional.empty(), Optional.of(MomentForm.ADAMW_8BIT), Optional.empty()),
                method(Method.ADAMW, Optional.empty(), Optional.empty(), Optional.of(WeightRounding.KAHAN)),
                method(Method.GALORE, Optional.of(projection(4, false)), Optional.empty(), Optional.empty()),
                method(
                        Method.GALORE,
                        Optional.of(projection(4, false)),
                        Optional.of(MomentForm.ADAMW_8BIT),
                        Optional.of(WeightRounding.MASTER)),
                method(Method.GALORE, Optional.of(projection(4, true)), Optional.empty(), Optional.empty()),
                method(Method.GALORE, Optional.of(adaptive(4)), Optional.empty(), Optional.empty()),
                method(Method.LOMO, Optional.empty(), Optional.empty(), Optional.empty()),
                method(Method.ADALOMO, Optional.empty(), Optional.empty(), Optional.empty()));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aMethodOfAllParametersGoesOnFromACheckpointBitByBit(MethodSpecification method) throws Exception {
        CheckpointId model =
                store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.BF16));
        TinyRun run = TinyRun.of("run", method, store.add(TinyData.sums(40)), 3).withPrecision(Precision.BF16);
        List<CheckpointId> uninterrupted;
        try (Workbench bench = new Workbench(store, directory.resolve("first"))) {
            uninterrupted = bench.train(run, 0, 3, model);
            List<Double> losses = bench.recorder().of(StepCompleted.class).stream()
                    .map(StepCompleted::loss)
                    .toList();
            assertThat(losses).hasSize(3 * STEPS).allMatch(Double::isFinite);
        }
        // A step of plain gradient descent is too small for a norm near one to show in bf16 every time, but of a matrix
        // some number moves.
        assertThat(changed(model, uninterrupted.getFirst()))
                .containsAll(store.committed(model).tensors().stream()
                        .filter(tensor -> tensor.shape().size() == 2)
                        .map(TensorEntry::name)
                        .toList());
        try (Workbench bench = new Workbench(store, directory.resolve("second"))) {
            assertThat(bench.train(run, 2, 1, uninterrupted.get(1))).containsExactly(uninterrupted.get(2));
        }
    }

    /** Until the run's last segment the weights stay as they were; then the adapters are in them, whoever trained how much. */
    @Test
    void adaptersLieInTheStateUntilTheLastSegmentMergesThem() throws Exception {
        CheckpointId model =
                store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        MethodSpecification lora = MethodSpecification.of(Method.LORA)
                .visits(BlockOrder.ASCENDING, STEPS)
                .adapter(new AdapterSpecification(4, 8, List.of("q_proj", "down_proj"), OptionalDouble.of(0.1)))
                .build();
        TinyRun run = TinyRun.of("run", lora, store.add(TinyData.sums(40)), 3);
        List<CheckpointId> uninterrupted;
        try (Workbench bench = new Workbench(store, directory.resolve("first"))) {
            uninterrupted = bench.train(run, 0, 3, model);
        }

        assertThat(changed(model, uninterrupted.get(1))).isEmpty();
        assertThat(changed(model, uninterrupted.get(2)))
                .hasSize(2 * TinyModel.LAYERS)
                .allMatch(name -> name.contains("q_proj") || name.contains("down_proj"));
        try (Workbench bench = new Workbench(store, directory.resolve("second"))) {
            assertThat(bench.train(run, 1, 2, uninterrupted.getFirst()))
                    .containsExactly(uninterrupted.get(1), uninterrupted.get(2));
        }
    }

    /** The tokenizer knows one word a token, so the tokens of a step are the words that were written down. */
    @Test
    void aModelsOwnTemplateDecidesWhatIsTrainedOn() throws Exception {
        String template = "{{ bos_token }}{% for m in messages %} {{ m.content }} {{ eos_token }}{% endfor %}";
        CheckpointId model = store.addModel(
                TinyModel.configuration(),
                TinyModel.tokenizer(),
                TinyModel.weights(Dtype.F32),
                Map.of(
                        "tokenizer_config.json",
                        "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\"}",
                        "chat_template.jinja",
                        template));
        TinyRun run = TinyRun.adamW(store.add(TinyData.sums(40)), 2, STEPS).writtenAs(PromptTemplate.CHAT);
        List<CheckpointId> uninterrupted;
        try (Workbench bench = new Workbench(store, directory.resolve("first"))) {
            uninterrupted = bench.train(run, 0, 2, model);

            // <s> what is 1 plus 2 ? </s> 3 </s>, of which the sum and its end are learned; eight samples a step.
            assertThat(bench.recorder().of(StepCompleted.class))
                    .hasSize(2 * STEPS)
                    .allSatisfy(step -> {
                        assertThat(step.tokens()).isEqualTo(8 * 10);
                        assertThat(step.labelledTokens()).isEqualTo(8 * 2);
                    });
        }
        try (Workbench bench = new Workbench(store, directory.resolve("second"))) {
            assertThat(bench.train(run, 1, 1, uninterrupted.getFirst())).containsExactly(uninterrupted.getLast());
        }
    }

    @Test
    void halvesOfALayerAreTrainedInTurnWithGaLoreAndEightBitMomentsInside() throws Exception {
        CheckpointId model =
                store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        BlobReference rows = store.add(TinyData.sums(40));
        MethodSpecification method = MethodSpecification.of(Method.BADAM)
                .visits(BlockOrder.ASCENDING, STEPS)
                .partition(new PartitionSpecification(
                        BlockCut.HALF, List.of(), false, OptionalLong.empty(), List.of("final"), List.of()))
                .projection(Optional.of(projection(4, false)))
                .moments(Optional.of(MomentForm.ADAMW_8BIT))
                .build();
        try (Workbench bench = new Workbench(store, directory)) {
            List<CheckpointId> checkpoints = bench.train(TinyRun.of("halves", method, rows, 2), 0, 2, model);

            assertThat(changed(model, checkpoints.get(0)))
                    .contains("model.layers.0.self_attn.q_proj.weight", "model.norm.weight")
                    .allMatch(name -> name.startsWith("model.layers.0.self_attn.")
                            || name.equals("model.layers.0.input_layernorm.weight")
                            || name.equals("model.norm.weight"));
            assertThat(changed(checkpoints.get(0), checkpoints.get(1)))
                    .contains("model.layers.0.mlp.up_proj.weight", "model.norm.weight")
                    .allMatch(name -> name.startsWith("model.layers.0.mlp.")
                            || name.equals("model.layers.0.post_attention_layernorm.weight")
                            || name.equals("model.norm.weight"));
        }
    }

    /** The weights of a visit are exact however the other layers are held, and whoever trained the visit before. */
    @Test
    void frozenLayersInEightBitsChangeNoCheckpointButByTheirVisit() throws Exception {
        CheckpointId model =
                store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.BF16));
        MethodSpecification method = MethodSpecification.of(Method.BADAM)
                .visits(BlockOrder.ASCENDING, STEPS)
                .frozen(Optional.of(FrozenForm.INT8))
                .build();
        TinyRun run =
                TinyRun.of("frozen", method, store.add(TinyData.sums(40)), 3).withPrecision(Precision.BF16);
        List<CheckpointId> uninterrupted;
        try (Workbench bench = new Workbench(store, directory.resolve("first"))) {
            uninterrupted = bench.train(run, 0, 3, model);
        }
        CheckpointId before = model;
        for (int visit = 0; visit < 3; visit++) {
            String layer = "model.layers." + visit % TinyModel.LAYERS + ".";
            assertThat(changed(before, uninterrupted.get(visit))).isNotEmpty().allMatch(name -> name.startsWith(layer));
            before = uninterrupted.get(visit);
        }
        // Another trainer has read everything from the store; the first had quantized what it trained itself.
        try (Workbench bench = new Workbench(store, directory.resolve("second"))) {
            assertThat(bench.train(run, 1, 2, uninterrupted.getFirst()))
                    .containsExactly(uninterrupted.get(1), uninterrupted.get(2));
        }
    }

    @Test
    void aRankThatDoesNotFitIsRefusedByName() throws Exception {
        CheckpointId model =
                store.addModel(TinyModel.configuration(), TinyModel.tokenizer(), TinyModel.weights(Dtype.F32));
        TinyRun run = TinyRun.of(
                "too-wide",
                method(Method.GALORE, Optional.of(projection(4096, false)), Optional.empty(), Optional.empty()),
                store.add(TinyData.sums(40)),
                1);
        try (Workbench bench = new Workbench(store, directory)) {
            bench.send(run.train(0, model, 1));
            SegmentFailed failed = bench.recorder().awaitLast(SegmentFailed.class, 1);
            assertThat(failed.failure().code()).isEqualTo(FailureCode.INVALID_SPECIFICATION);
            assertThat(failed.failure().message()).contains("galore_rank").contains("4096");
        }
    }

    private static MethodSpecification method(
            Method method,
            Optional<ProjectionSpecification> projection,
            Optional<MomentForm> moments,
            Optional<WeightRounding> rounding) {
        return MethodSpecification.of(method)
                .visits(BlockOrder.ASCENDING, STEPS)
                .projection(projection)
                .moments(moments)
                .rounding(rounding)
                .build();
    }

    /** Refreshed at every third update, so that a segment ends between refreshes. */
    private static ProjectionSpecification projection(int rank, boolean residual) {
        return new ProjectionSpecification(
                rank,
                3,
                1.0,
                ProjectedSide.STD,
                SubspaceRefresh.RANDOMISED,
                true,
                MomentTransfer.ROTATED,
                1,
                Precision.FP32,
                residual);
    }

    private static ProjectionSpecification adaptive(int rank) {
        return new ProjectionSpecification(
                rank,
                2,
                1.0,
                ProjectedSide.STD,
                SubspaceRefresh.RANDOMISED,
                false,
                MomentTransfer.KEPT,
                0,
                Precision.FP32,
                false,
                Optional.of(new AdaptiveRefresh(0.8, 0.3, 1, 8)));
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
