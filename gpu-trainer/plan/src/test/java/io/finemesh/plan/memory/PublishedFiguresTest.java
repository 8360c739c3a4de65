package io.finemesh.plan.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.plan.ModelShapes;
import io.finemesh.plan.blocks.PartitionSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figures of the BAdam (arXiv 2404.02827) and GaLore (arXiv 2403.03507) papers, and those that follow from their formulas. bf16 weights and bases. */
class PublishedFiguresTest {
    private static final double GIBI = 1L << 30;
    /** One unit of the last digit: some of the figures are rounded, some cut off. */
    private static final Offset<Double> LAST_DIGIT = within(0.1);

    /** GaLore paper, table 3: 7B with 8-bit GaLore of rank 1024 takes 18 G (weights, states, projections), 8-bit Adam 26 G. */
    @Test
    void eightBitGaLoreOf7BTakes18Gibibytes() {
        MemoryEstimate galore = galore(ModelShapes.llama2With7B(), 1024, InnerOptimizer.ADAMW_8BIT);
        MemoryEstimate adam = estimate(ModelShapes.llama2With7B(), new MethodShape.AdamW(InnerOptimizer.ADAMW_8BIT));
        assertThat(lasting(galore) / GIBI).isCloseTo(17.8, LAST_DIGIT);
        assertThat((adam.weightsBytes() + adam.optimizerStateBytes()) / GIBI).isBetween(25.1, 26.0);
    }

    /** 2 bytes and two scales per 256 numbers of each moment: 2.03125 bytes per projected and per other number. */
    @Test
    void eightBitStatesAreCountedPerProjectedNumber() {
        MemoryEstimate estimate = galore(ModelShapes.llama2With7B(), 256, InnerOptimizer.ADAMW_8BIT);
        double projected = 256.0 * 32 * (4 * 4096 + 3 * 11008);
        double others = 2.0 * 32000 * 4096 + 65 * 4096;
        assertThat(estimate.optimizerStateBytes()).isEqualTo((long) (2.03125 * (projected + others)));
        assertThat(estimate.projectionBytes()).isEqualTo(2L * 256 * 32 * 7 * 4096);
    }

    /** Weights, states and projections in GB, without the transient gradient of two bytes per number of the largest parameter. */
    @ParameterizedTest
    @CsvSource({
        "LLAMA2_7B, 128, 14.9", "LLAMA2_7B, 256, 15.5", "LLAMA2_7B, 1024, 19.4",
        "LLAMA3_8B, 128, 19.9", "LLAMA3_8B, 256, 20.6", "LLAMA3_8B, 1024, 24.6",
        "LLAMA32_1B, 128, 3.7", "LLAMA32_1B, 256, 3.9",
    })
    void eightBitGaLoreLayerByLayer(String name, int rank, double published) {
        ModelConfiguration model = model(name);
        long largest = 2L * model.vocabularySize() * model.hiddenSize();
        assertThat((lasting(galore(model, rank, InnerOptimizer.ADAMW_8BIT)) + largest) / 1e9)
                .isCloseTo(published, LAST_DIGIT);
    }

    /** Weights, master, gradients and states in GB: a layer as block, 8-bit moments, frozen layers in INT8. */
    @ParameterizedTest
    @CsvSource({
        "LLAMA2_7B, 16.7, 15.5, 10.5",
        "LLAMA3_8B, 19.55, 18.3, 12.9",
        "LLAMA32_1B, 3.4, 3.1, 2.6",
    })
    void badamWithItsCompositions(String name, double plain, double eightBit, double int8) {
        assertThat(gigabytes(name, InnerOptimizer.ADAMW, false)).isCloseTo(plain, LAST_DIGIT);
        assertThat(gigabytes(name, InnerOptimizer.ADAMW_8BIT, false)).isCloseTo(eightBit, LAST_DIGIT);
        assertThat(gigabytes(name, InnerOptimizer.ADAMW, true)).isCloseTo(int8, LAST_DIGIT);
    }

    /** The embedding as one block sets the peak of a model with a large vocabulary (24.5 GB); in rows it does not. */
    @Test
    void rowBlocksTakeTheEmbeddingOffThePeak() {
        PartitionSettings whole = PartitionSettings.layers(true, false);
        MemoryEstimate one = estimate(ModelShapes.llama3With8B(), new MethodShape.BAdam(whole));
        MemoryEstimate rows = estimate(
                ModelShapes.llama3With8B(),
                new MethodShape.BAdam(whole.withRowBlocks(PartitionSettings.AS_THE_LARGEST_LAYER)));
        assertThat(components(one) / 1e9).isCloseTo(24.5, LAST_DIGIT);
        assertThat(components(rows) / 1e9).isCloseTo(19.55, LAST_DIGIT);
    }

    /** Rank 256 inside a layer's block, all of it fp32: master 0.87, accumulated projections 0.06, moments 0.12, bases 0.02 GB. */
    @Test
    void galoreInsideABlockHasMomentsOfTheRank() {
        MemoryEstimate estimate = estimate(
                ModelShapes.llama3With8B(),
                new MethodShape.BAdam(
                        PartitionSettings.LAYERS, InnerOptimizer.ADAMW, Optional.of(Projection.ofRank(256)), false));
        long longer = 256L * (4 * 4096 + 3 * 14336);
        long shorter = 256L * (2 * 4096 + 2 * 1024 + 3 * 4096);
        long norms = 2 * 4096;
        assertThat(estimate.masterBytes()).isEqualTo(4 * 218_112_000L);
        assertThat(estimate.stepGradientBytes()).isEqualTo(4 * (longer + norms));
        assertThat(estimate.optimizerStateBytes()).isEqualTo(8 * (longer + norms));
        assertThat(estimate.projectionBytes()).isEqualTo(4 * shorter);
    }

    /** 64 x 32 keys of the toy, and square ones; counted by hand. */
    @ParameterizedTest
    @CsvSource({
        "STD, 100, 40, 400, 160",
        "STD, 40, 100, 400, 160",
        "STD, 50, 50, 200, 200",
        "REVERSE_STD, 100, 40, 160, 400",
        "REVERSE_STD, 40, 100, 160, 400",
        "LEFT, 100, 40, 160, 400",
        "LEFT, 40, 100, 400, 160",
        "RIGHT, 100, 40, 400, 160",
        "RIGHT, 40, 100, 160, 400",
        "FULL, 100, 40, 16, 560",
    })
    void everySideHasItsOwnShapes(Projection.Side side, long rows, long columns, long moment, long basis) {
        Projection projection = new Projection(4, side, FloatFormat.FP32, false);
        long elements = projection.projected(rows, columns).stream().reduce(1L, (a, b) -> a * b);
        assertThat(elements).isEqualTo(moment);
        assertThat(projection.basisBytes(rows, columns)).isEqualTo(4 * basis);
    }

    /** Adapters of rank 8 on all seven matrices of Llama-3-8B are 20.97 million parameters. */
    @Test
    void loraTrainsAdaptersAlone() {
        MemoryEstimate estimate = estimate(
                ModelShapes.llama3With8B(),
                new MethodShape.Lora(
                        8,
                        Set.of(
                                TensorRole.QUERY,
                                TensorRole.KEY,
                                TensorRole.VALUE,
                                TensorRole.ATTENTION_OUTPUT,
                                TensorRole.GATE,
                                TensorRole.UP,
                                TensorRole.DOWN)));
        assertThat(estimate.masterBytes()).isEqualTo(4 * 20_971_520L);
        assertThat(estimate.stepGradientBytes()).isEqualTo(4 * 20_971_520L);
        assertThat(estimate.optimizerStateBytes()).isEqualTo(8 * 20_971_520L);
    }

    @Test
    void lomoHasNoStateAndAdaLomoOnePerRowAndColumn() {
        MemoryEstimate lomo = estimate(ModelShapes.toy(false), new MethodShape.Lomo());
        MemoryEstimate adaLomo = estimate(ModelShapes.toy(false), new MethodShape.AdaLomo());
        long layer = 4 * (2 * 64 + 2 * (64 + 32) + 2 * 64 + 2 * (64 + 176) + (64 + 176) + 2 * 64);
        assertThat(lomo.optimizerStateBytes()).isZero();
        assertThat(adaLomo.optimizerStateBytes()).isEqualTo(4 * layer + 2 * 4 * (256 + 64) + 4 * 64);
        assertThat(lomo.stepGradientBytes()).isEqualTo(4 * 46_208);
    }

    @Test
    void momentsOfSmallTensorsStayFp32() {
        assertThat(InnerOptimizer.ADAMW_8BIT.stateBytes(List.of(4095L))).isEqualTo(8 * 4095);
        assertThat(InnerOptimizer.ADAMW_8BIT.stateBytes(List.of(4096L))).isEqualTo(2 * (4096 + 4 * 16));
        assertThat(InnerOptimizer.ADAMW_8BIT.stateBytes(List.of(4097L))).isEqualTo(2 * (4097 + 4 * 17));
    }

    @Test
    void saysWhatAModelDoesNotAllow() {
        MemoryPlan rank = plan(new MethodShape.GaLore(Projection.ofRank(33), InnerOptimizer.ADAMW));
        assertThat(rank.problems())
                .singleElement()
                .extracting(problem -> problem.describe())
                .asString()
                .startsWith(
                        "rank: found 33; allowed: 1 to 32, the shorter side of model.layers.0.self_attn.k_proj.weight");
        MemoryPlan blocks = plan(new MethodShape.BAdam(
                PartitionSettings.LAYERS.withAlwaysActive(List.of("hed")),
                InnerOptimizer.ADAMW,
                Optional.of(Projection.ofRank(64)),
                false));
        assertThat(blocks.problems()).hasSize(2);
        assertThat(plan(new MethodShape.Lora(65, Set.of(TensorRole.GATE))).problems())
                .singleElement()
                .extracting(problem -> problem.found())
                .isEqualTo("65");
        assertThat(plan(new MethodShape.Lora(4, Set.of(TensorRole.QUERY_BIAS))).problems())
                .hasSize(1);
        assertThat(plan(new MethodShape.Lora(4, Set.of(TensorRole.INPUT_NORM))).problems())
                .hasSize(1);
    }

    private static MemoryPlan plan(MethodShape method) {
        return new MemoryPlan(ModelShapes.toy(false), method, FloatFormat.FP32, BatchShape.ofRows(64));
    }

    private static double gigabytes(String name, InnerOptimizer optimizer, boolean frozenInt8) {
        return components(estimate(
                        model(name),
                        new MethodShape.BAdam(PartitionSettings.LAYERS, optimizer, Optional.empty(), frozenInt8)))
                / 1e9;
    }

    private static double components(MemoryEstimate estimate) {
        return lasting(estimate) + estimate.masterBytes() + estimate.stepGradientBytes();
    }

    private static double lasting(MemoryEstimate estimate) {
        return estimate.weightsBytes() + estimate.optimizerStateBytes() + (double) estimate.projectionBytes();
    }

    private static MemoryEstimate galore(ModelConfiguration model, int rank, InnerOptimizer optimizer) {
        return estimate(
                model,
                new MethodShape.GaLore(new Projection(rank, Projection.Side.STD, FloatFormat.BF16, false), optimizer));
    }

    private static MemoryEstimate estimate(ModelConfiguration model, MethodShape method) {
        return MemoryPlan.estimate(model, method, FloatFormat.BF16, BatchShape.ofRows(1));
    }

    private static ModelConfiguration model(String name) {
        return switch (name) {
            case "LLAMA2_7B" -> ModelShapes.llama2With7B();
            case "LLAMA3_8B" -> ModelShapes.llama3With8B();
            case "LLAMA32_1B" -> ModelShapes.llama32With1B();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
