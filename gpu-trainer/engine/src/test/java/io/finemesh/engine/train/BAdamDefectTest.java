package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.TestBlock;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.badam.ActiveBlock;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockOrder;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.BlockVisits;
import io.finemesh.plan.schedule.SegmentWindow;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A test for each defect of BAdam's reference implementation that must not be repeated (optimizers.md 2.1 to 2.4). */
class BAdamDefectTest {
    private static final List<Block> BLOCKS = BlockPartition.layers(ModelStructure.of(TinyRun.MODEL), false, false);

    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    /** 2.1: the first block got K-1 steps. */
    @Test
    void defectTheFirstBlockGetsAllItsSteps() {
        BlockVisits visits = new BlockVisits(BLOCKS, BlockOrder.ASCENDING, BlockOrder.NATURAL_START, 5, false, 0, 20);
        for (int visit = 0; visit < visits.count(); visit++) {
            assertThat(visits.visit(visit).steps()).isEqualTo(5);
        }
        BlockVisits compatible =
                new BlockVisits(BLOCKS, BlockOrder.ASCENDING, BlockOrder.NATURAL_START, 5, true, 0, 20);
        assertThat(compatible.visit(0).steps()).isEqualTo(4);
        assertThat(compatible.visit(1).steps()).isEqualTo(5);
    }

    /** 2.1: fixed without a start and random with one crashed. */
    @Test
    void defectEveryOrderWorksWithEveryStart() {
        for (BlockOrder order :
                List.of(BlockOrder.FIXED, BlockOrder.RANDOM, BlockOrder.ASCENDING, BlockOrder.DESCENDING)) {
            for (int start = BlockOrder.NATURAL_START; start < BLOCKS.size(); start++) {
                BlockVisits visits = new BlockVisits(BLOCKS, order, start, 2, false, 3, 12);
                Block first = visits.visit(0).block();
                assertThat(BLOCKS).contains(first);
                if (start != BlockOrder.NATURAL_START) {
                    assertThat(first).isEqualTo(BLOCKS.get(start));
                }
            }
        }
    }

    /** 2.1: every group got the base optimizer's own decay of 0.01, and norms were decayed though excluded. */
    @Test
    void defectTheRequestedDecayIsTheOneUsed() {
        for (double decay : new double[] {0, 0.5}) {
            AdamHyperparameters settings =
                    new AdamHyperparameters(0.9, 0.999, 1e-8, decay, AdamHyperparameters.Decay.MATRICES);
            try (TestBlock block = TestBlock.ofLayer(Precision.FP32);
                    ActiveBlock active = ActiveBlock.enter("b", block.groups(), settings)) {
                float[] matrix = block.values("w");
                float[] norm = block.values("norm");
                block.stepWithoutGradient(active, 0.1);
                float[] after = block.values("w");
                for (int i = 0; i < matrix.length; i++) {
                    assertThat((double) after[i]).isCloseTo(matrix[i] * (1 - 0.1 * decay), within(1e-7));
                }
                assertThat(block.values("norm")).isEqualTo(norm);
            }
        }
    }

    /** 2.1: a block of layer 1 found by substring catches layers 10 and 11 too. */
    @Test
    void defectLayerOneIsNotLayerEleven() {
        List<Block> blocks = BlockPartition.layers(
                ModelStructure.of(TinyModel.configuration(12, 8, 1, 1, 8, 11, true, false)), false, false);
        assertThat(blocks).hasSize(12);
        assertThat(blocks.get(1).groups()).containsExactly(new ParameterGroup.Layer(1));
    }

    /** 2.2: after a resume, the moments of one block were used for another wherever shapes matched. */
    @Test
    void defectMomentsOfAnotherBlockAreRefused() {
        TinyRun run = TinyRun.badam(Precision.FP32, 12);
        try (Decoder decoder = run.model();
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            Block one = new Block("layer.1", List.of(new ParameterGroup.Layer(1)));
            Block other = new Block("layer.0", List.of(new ParameterGroup.Layer(0)));
            int[] asked = {0};
            TrainingState state = loop.run(
                            new SegmentWindow(0, 0, 4, Optional.of(one)), StepListener.none(), () -> ++asked[0] > 2)
                    .state();
            try (FineTuneLoop resumed = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.of(state))) {
                assertThatThrownBy(() -> resumed.run(
                                new SegmentWindow(0, 0, 4, Optional.of(other)), StepListener.none(), () -> false))
                        .hasMessageContaining("inside block layer.1")
                        .hasMessageContaining("trains layer.0");
            }
        }
    }

    /** 2.1: gradients were summed in the weights' bf16, where 256 + 1 is 256. */
    @Test
    void defectGradientsOfBf16WeightsAreSummedIn32Bits() {
        AdamHyperparameters linear = new AdamHyperparameters(0, 0, 1e6, 0, AdamHyperparameters.Decay.ALL);
        try (TestBlock block = TestBlock.ofLayer(
                        0, Precision.BF16, Map.of("w", new double[16], "norm", new double[4], "bias", new double[4]));
                ActiveBlock active = ActiveBlock.enter("b", block.groups(), linear)) {
            block.stepInParts(active, 0, 1e6, 257, 1.0);
            // With a huge epsilon the step is the summed gradient; 257 is halfway between two bf16 numbers, 256 and
            // 258.
            float[] master = active.export().stream()
                    .filter(tensor -> tensor.name().equals("master.w"))
                    .findFirst()
                    .orElseThrow()
                    .bytes()
                    .toArray(ValueLayout.JAVA_FLOAT);
            assertThat((double) master[0]).isCloseTo(-257, within(0.1));
        }
    }
}
