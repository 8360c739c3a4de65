package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.PartitionSettings;
import io.finemesh.plan.blocks.Partitioning;
import io.finemesh.plan.blocks.TensorSlice;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentWindow;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks finer than parameter groups, in the whole loop. */
class SlicedBlockTest {
    private static final int STEPS = 4;
    private static final AdamHyperparameters USUAL = AdamHyperparameters.withDecay(0.01);

    /** Beside an epsilon of one, gradients are small: a first update is the gradient times the learning rate, so that its size shows. */
    private static final AdamHyperparameters NEARLY_LINEAR =
            new AdamHyperparameters(0.9, 0.999, 1, 0, AdamHyperparameters.Decay.MATRICES);

    /** Every partition, every one of its blocks: what the block names changes, and no other bit of the model does. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void onlyTheSlicesOfABlockChange(Precision precision) {
        for (ModelConfiguration model : List.of(TinyModel.untied(), TinyModel.tied(), TinyModel.biased())) {
            for (Partitioning layers : List.of(new Partitioning.Halves(), new Partitioning.Matrices())) {
                ModelStructure structure = ModelStructure.of(model);
                PartitionSettings settings =
                        PartitionSettings.of(layers, true, true).withRowBlocks(20L * model.hiddenSize());
                for (Block block : BlockPartition.of(structure, settings)) {
                    try (Decoder decoder = TinyModel.load(model, precision)) {
                        Map<String, float[]> before = weights(decoder);
                        train(decoder, block, STEPS, USUAL);
                        assertChangedOnly(block.trained(structure), before, weights(decoder));
                    }
                }
            }
        }
    }

    @Test
    void rowsOutsideTheLayersGetTheGradientTheyHaveInTheWholeMatrix() {
        for (ModelConfiguration model : List.of(TinyModel.untied(), TinyModel.tied())) {
            ModelStructure structure = ModelStructure.of(model);
            String name = model.tiedEmbeddings() ? "embedding" : "head";
            String tensor = model.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
            float[] whole = afterOneStep(model, block(structure, name)).get(tensor);
            float[] before = untouched(model).get(tensor);
            float[] rows =
                    afterOneStep(model, block(structure, name + "[10:25]")).get(tensor);
            int width = model.hiddenSize();
            for (int i = 0; i < whole.length; i++) {
                boolean trained = i >= 10 * width && i < 25 * width;
                assertThat(rows[i])
                        .as(name + " element " + i)
                        .isCloseTo(trained ? whole[i] : before[i], within(trained ? 1e-6f : 0f));
            }
        }
    }

    /** The embedding alone, so that head and embedding gradients do not share a matrix. */
    @Test
    void rowsOfTheEmbeddingGetTheGradientTheyHaveInTheWholeMatrix() {
        ModelConfiguration model = TinyModel.untied();
        ModelStructure structure = ModelStructure.of(model);
        float[] whole = afterOneStep(model, block(structure, "embedding")).get("model.embed_tokens.weight");
        float[] rows = afterOneStep(model, block(structure, "embedding[5:40]")).get("model.embed_tokens.weight");
        float[] before = untouched(model).get("model.embed_tokens.weight");
        for (int i = 0; i < whole.length; i++) {
            boolean trained = i >= 5 * 32 && i < 40 * 32;
            assertThat(rows[i]).as("element " + i).isCloseTo(trained ? whole[i] : before[i], within(1e-6f));
        }
    }

    /** Query and value without the key between them: two ranges of one stacked slot. */
    @Test
    void partsOfAStackedSlotLearnAsTheyDoInTheWholeLayer() {
        ModelConfiguration model = TinyModel.biased();
        Map<String, float[]> whole = afterOneStep(model, block(ModelStructure.of(model), "layer.0"));
        Map<String, float[]> before = untouched(model);
        Map<String, float[]> some = afterOneStep(
                model,
                block(ModelStructure.of(model), "layer.0.query", "layer.0.value", "layer.0.value_bias", "layer.0.up"));
        for (String tensor : whole.keySet()) {
            boolean trained =
                    tensor.contains("q_proj.weight") || tensor.contains("v_proj") || tensor.contains("up_proj.weight");
            assertThat(some.get(tensor))
                    .as(tensor)
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(trained ? whole.get(tensor) : before.get(tensor));
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aVisitCutInTwoEndsWhereAWholeOneDoes(Precision precision) {
        ModelConfiguration model = TinyModel.untied();
        Block block = BlockPartition.of(
                        ModelStructure.of(model),
                        PartitionSettings.of(new Partitioning.Matrices(), false, false)
                                .withAlwaysActive(List.of("final", "embedding[3:30]")))
                .get(8);
        Map<String, float[]> uninterrupted;
        try (Decoder decoder = TinyModel.load(model, precision)) {
            train(decoder, block, STEPS, USUAL);
            uninterrupted = weights(decoder);
        }
        try (Decoder decoder = TinyModel.load(model, precision)) {
            TrainingState half;
            int[] asked = {0};
            try (FineTuneLoop loop = loop(decoder, STEPS, USUAL, Optional.empty());
                    SegmentOutcome outcome = loop.run(
                            new SegmentWindow(0, 0, STEPS, Optional.of(block)), _ -> {}, () -> asked[0]++ == 2)) {
                assertThat(outcome.nextStep()).isEqualTo(2);
                half = TrainingState.of(
                        outcome.state().cursorJson(), copies(outcome.state().tensors()));
            }
            try (FineTuneLoop loop = loop(decoder, STEPS, USUAL, Optional.of(half));
                    SegmentOutcome outcome =
                            loop.run(new SegmentWindow(0, 0, STEPS, Optional.of(block)), _ -> {}, () -> false)) {
                assertThat(outcome.complete()).isTrue();
            }
            weights(decoder)
                    .forEach((name, values) -> assertThat(values).as(name).isEqualTo(uninterrupted.get(name)));
        }
    }

    private static void assertChangedOnly(
            List<TensorSlice> trained, Map<String, float[]> before, Map<String, float[]> after) {
        before.forEach((name, values) -> {
            Optional<TensorSlice> slice = trained.stream()
                    .filter(candidate -> candidate.tensor().name().equals(name))
                    .findFirst();
            long first =
                    slice.map(found -> found.firstRow() * found.rowElements()).orElse(0L);
            long end = slice.map(found -> found.endRow() * found.rowElements()).orElse(0L);
            float[] now = after.get(name);
            int changed = 0;
            int thawed = -1; // an assertion for each of a million elements would take most of the test's time
            for (int i = 0; i < values.length; i++) {
                boolean same = Float.compare(values[i], now[i]) == 0;
                if (i < first || i >= end) {
                    thawed = same ? thawed : i;
                } else {
                    changed += same ? 0 : 1;
                }
            }
            assertThat(thawed)
                    .as("element of " + name + " that is frozen and changed")
                    .isEqualTo(-1);
            if (slice.isPresent() && !name.contains("embed_tokens")) {
                assertThat(changed).as(slice.get().describe() + " learns").isPositive();
            }
        });
    }

    private static Map<String, float[]> untouched(ModelConfiguration model) {
        try (Decoder decoder = TinyModel.load(model, Precision.FP32)) {
            return weights(decoder);
        }
    }

    private static Map<String, float[]> afterOneStep(ModelConfiguration model, Block block) {
        try (Decoder decoder = TinyModel.load(model, Precision.FP32)) {
            train(decoder, block, 1, NEARLY_LINEAR);
            return weights(decoder);
        }
    }

    private static Block block(ModelStructure structure, String... selectors) {
        return BlockPartition.of(
                        structure,
                        PartitionSettings.of(new Partitioning.Custom(List.of(List.of(selectors))), false, false))
                .getFirst();
    }

    private static void train(Decoder decoder, Block block, int steps, AdamHyperparameters adam) {
        try (FineTuneLoop loop = loop(decoder, steps, adam, Optional.empty());
                SegmentOutcome outcome =
                        loop.run(new SegmentWindow(0, 0, steps, Optional.of(block)), _ -> {}, () -> false)) {
            assertThat(outcome.steps()).hasSize(steps).noneMatch(StepReport::skipped);
        }
    }

    private static FineTuneLoop loop(
            Decoder decoder, int steps, AdamHyperparameters adam, Optional<TrainingState> resume) {
        PackedRow row = TinyModel.row(decoder.configuration(), 1, 1, 12, 9);
        PackedRow other = TinyModel.row(decoder.configuration(), 2, 2, 15);
        TrainingPlan plan = new TrainingPlan(
                new Method.BAdam(adam),
                new BatchPlan(3, 32, 0),
                LearningRateSchedule.constant(1e-2, steps),
                Double.POSITIVE_INFINITY,
                0,
                decoder.storage(),
                steps);
        return new FineTuneLoop(decoder, plan, _ -> List.of(row, other), resume, ActivationPolicy.DEFAULT_BUDGET_BYTES);
    }

    private static Map<String, float[]> weights(Decoder decoder) {
        Map<String, float[]> weights = new TreeMap<>();
        for (TensorData tensor : decoder.export()) {
            int elements = Math.toIntExact(tensor.bytes().byteSize() / (tensor.dtype() == Dtype.BF16 ? 2 : 4));
            float[] values = new float[elements];
            for (int i = 0; i < elements; i++) {
                values[i] = tensor.dtype() == Dtype.BF16
                        ? Float.intBitsToFloat(tensor.bytes().getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i) << 16)
                        : tensor.bytes().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
            }
            weights.put(tensor.name(), values);
        }
        return weights;
    }

    private static List<TensorData> copies(List<TensorData> tensors) {
        List<TensorData> copies = new ArrayList<>();
        for (TensorData tensor : tensors) {
            copies.add(new TensorData(
                    tensor.name(),
                    tensor.dtype(),
                    tensor.shape(),
                    MemorySegment.ofArray(tensor.bytes().toArray(ValueLayout.JAVA_BYTE))));
        }
        return copies;
    }
}
