package io.finemesh.plan.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.plan.ModelShapes;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryPlanTest {
    private static final MethodShape LAYER_BLOCKS = new MethodShape.BAdam(false, false);
    private static final MethodShape ADAMW = new MethodShape.AdamW();
    private static final Offset<Double> PUBLISHED = within(0.005);

    /** Of the toy, a row of one document of 100 tokens: queries with keys, values, and the weights of four heads. */
    private static final long WHOLE_ATTENTION = 96 + 32 + 4 * 100;

    /** Bytes of its indices, angles of 16 elements, and mask for two heads that share keys. */
    private static final long ROW_OF_100 = 100 * (24 + 4 * 2 * 16) + 4 * 2 * 100 * 100;

    /** Weights 16.06, gradients 0.87, master and moments 2.62 GB: BAdam paper, table 2. */
    @Test
    void reproducesThePublishedFiguresOfLlama3With8B() {
        MemoryEstimate estimate =
                MemoryPlan.estimate(ModelShapes.llama3With8B(), LAYER_BLOCKS, FloatFormat.BF16, BatchShape.ofRows(728));
        assertThat(estimate.weightsBytes()).isEqualTo(2 * 8_030_261_248L);
        assertThat(estimate.weightsBytes() / 1e9).isCloseTo(16.06, PUBLISHED);
        assertThat(estimate.stepGradientBytes()).isEqualTo(4 * 218_112_000L);
        assertThat(estimate.stepGradientBytes() / 1e9).isCloseTo(0.87, PUBLISHED);
        assertThat((estimate.masterBytes() + estimate.optimizerStateBytes()) / 1e9)
                .isCloseTo(2.62, PUBLISHED);
    }

    /** Weights, gradients, master and moments in GB: BAdam paper, tables 2 and 12, recomputed. */
    @ParameterizedTest
    @CsvSource({
        "LLAMA2_7B, BADAM, 13.48, 0.81, 2.43",
        "LLAMA2_7B, ADAMW, 13.48, 26.95, 80.86",
        "LLAMA3_8B, ADAMW, 16.06, 32.12, 96.36",
        "LLAMA32_1B, BADAM, 2.47, 0.24, 0.73",
    })
    void reproducesPublishedFiguresInBf16(
            String model, String method, double weights, double gradients, double masterAndMoments) {
        MemoryEstimate estimate =
                MemoryPlan.estimate(model(model), method(method), FloatFormat.BF16, BatchShape.ofRows(1));
        assertThat(estimate.weightsBytes() / 1e9).isCloseTo(weights, PUBLISHED);
        assertThat(estimate.stepGradientBytes() / 1e9).isCloseTo(gradients, PUBLISHED);
        assertThat((estimate.masterBytes() + estimate.optimizerStateBytes()) / 1e9)
                .isCloseTo(masterAndMoments, PUBLISHED);
    }

    @Test
    void fp32WeightsAreTheirOwnMaster() {
        MemoryEstimate estimate =
                MemoryPlan.estimate(ModelShapes.toy(false), ADAMW, FloatFormat.FP32, BatchShape.ofRows(64));
        long parameters = 217_664;
        assertThat(estimate.weightsBytes()).isEqualTo(4 * parameters);
        assertThat(estimate.masterBytes()).isZero();
        assertThat(estimate.stepGradientBytes()).isEqualTo(4 * parameters);
        assertThat(estimate.optimizerStateBytes()).isEqualTo(8 * parameters);
    }

    /**
     * Hidden 64, intermediate 176, query 64, key-value 32, 4 heads, 4 layers, one document of 100 tokens, fp32, the lowest layer trained and computed again:
     * written out by hand. The worst moment is when the slopes of gate and up are formed.
     */
    @Test
    void aRecomputedLayerIsTheWorstMomentOfASmallVocabulary() {
        MemoryEstimate estimate = MemoryPlan.estimate(
                ModelShapes.toy(false),
                LAYER_BLOCKS,
                FloatFormat.FP32,
                new BatchShape(100, 1 << 20, 0, FloatFormat.FP32));
        long operands = 4 * 64 + 64; // two norms' own and given values, heads merged
        long kept = WHOLE_ATTENTION + 64 + 3 * 176 + operands; // the MLP's last operand is freed already
        long slopes = 3 * 176 + 64;
        long states = 2 * 64; // input and output
        assertThat(estimate.activationBytes()).isEqualTo(4 * 100 * (kept + slopes + states) + ROW_OF_100);
        assertThat(estimate.logitsBytes()).isZero();
        assertThat(estimate.gradientBytes()).isEqualTo(4 * 64 * 176);
        assertThat(estimate.stepGradientBytes()).isEqualTo(4 * 46_208);
        assertThat(estimate.overheadBytes()).isEqualTo(MemoryPlan.PROCESS_BYTES);
    }

    /** 2,047 samples of 1,048,576 tokens: a number of bytes that no int holds. */
    @Test
    void rowsOfTwoBillionTokensAreCountedInFull() {
        int tokens = BatchShape.tokensPerRow(2047, 1, 1 << 20);
        MemoryEstimate estimate = MemoryPlan.estimate(
                ModelShapes.toy(false),
                LAYER_BLOCKS,
                FloatFormat.FP32,
                new BatchShape(tokens, 1 << 20, 0, FloatFormat.FP32));
        // Turned heads, projections, attended values and their sums of exponentials, merged: the fused kernel's.
        long attention = 96 + 128 + 64 + 4 + 64;
        long numbersPerToken = attention + 64 + 3 * 176 + 4 * 64 + (3 * 176 + 64) + 2 * 64;
        long indicesAndAngles = 24 + 4 * 2 * 16;
        assertThat(estimate.activationBytes()).isEqualTo(tokens * (4 * numbersPerToken + indicesAndAngles));
        assertThat(estimate.totalBytes()).isGreaterThan(estimate.activationBytes());
    }

    @Test
    void aSumBeyondCountingIsRefusedAndNeverNegative() {
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> new MemoryEstimate(Long.MAX_VALUE, 0, 0, 0, 0, 1, 0, 0, 0).totalBytes());
    }

    @Test
    void layersAreKeptWhileTheyFitTheirBudget() {
        long frozen = WHOLE_ATTENTION + 64 + 3 * 176;
        long trained = frozen + 4 * 64 + 64 + 176;
        long graph = 4 * 100 * (trained + 64);
        MemoryEstimate kept = MemoryPlan.estimate(
                ModelShapes.toy(false),
                LAYER_BLOCKS,
                FloatFormat.FP32,
                new BatchShape(100, 1 << 20, 4 * graph, FloatFormat.FP32));
        MemoryEstimate recomputed = MemoryPlan.estimate(
                ModelShapes.toy(false),
                LAYER_BLOCKS,
                FloatFormat.FP32,
                new BatchShape(100, 1 << 20, 4 * graph - 1, FloatFormat.FP32));
        // At the loss: graphs and states of all layers, the normed states and their slope.
        assertThat(kept.activationBytes()).isEqualTo(4 * 100 * (trained + 3 * frozen + 5 * 64 + 2 * 64) + ROW_OF_100);
        assertThat(kept.logitsBytes()).isEqualTo(2 * 4 * 100 * 256);
        assertThat(recomputed.activationBytes()).isLessThan(kept.activationBytes());
    }

    /** 128256 tokens of vocabulary: a chunk of 64 MiB holds 130 of them, and the head is widened from bf16. */
    @Test
    void theLossIsTheWorstMomentOfALargeVocabulary() {
        MemoryEstimate estimate = MemoryPlan.estimate(
                ModelShapes.llama3With8B(), LAYER_BLOCKS, FloatFormat.BF16, BatchShape.ofRows(2048));
        assertThat(estimate.logitsBytes()).isEqualTo(2 * 4 * 130 * 128_256);
        assertThat(estimate.overheadBytes()).isEqualTo(MemoryPlan.PROCESS_BYTES + 4L * 128_256 * 4096);
        // Inputs of 32 layers, the last output, normed, and the slope; 24 bytes of indices, two angles for each of 128
        // elements.
        assertThat(estimate.activationBytes()).isEqualTo(2048 * (4 * (32 + 3) * 4096L + 24 + 4 * 2 * 128));
        assertThat(estimate.gradientBytes()).isZero();
    }

    /** Every parameter is copied for the checkpoint, with both moments: more than gradients and activations together. */
    @Test
    void theEndOfASegmentIsTheWorstMomentOfAdamw() {
        MemoryEstimate estimate =
                MemoryPlan.estimate(ModelShapes.llama32With1B(), ADAMW, FloatFormat.FP32, BatchShape.ofRows(64));
        long parameters = 1_235_814_400;
        assertThat(estimate.totalBytes()).isEqualTo(parameters * (4 + 8 + 4 + 8) + MemoryPlan.PROCESS_BYTES);
    }

    @Test
    void aRowHoldsTheSamplesOfAMicroBatch() {
        assertThat(BatchShape.ofMicroBatches(32, 1, 128))
                .isEqualTo(BatchShape.ofRows(32 * 128).withDocuments(128));
        assertThat(BatchShape.ofMicroBatches(32, 32, 128)).isEqualTo(BatchShape.ofRows(128));
        assertThat(BatchShape.ofMicroBatches(10, 4, 128))
                .isEqualTo(BatchShape.ofRows(3 * 128).withDocuments(128));
        assertThatIllegalArgumentException().isThrownBy(() -> BatchShape.ofMicroBatches(0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> BatchShape.ofMicroBatches(1, 0, 1));
    }

    @Test
    void theLargestBlockSetsThePeak() {
        ModelConfiguration model = ModelShapes.llama3With8B();
        MemoryEstimate layers = MemoryPlan.estimate(model, LAYER_BLOCKS, FloatFormat.BF16, BatchShape.ofRows(512));
        MemoryEstimate withEmbedding = MemoryPlan.estimate(
                model, new MethodShape.BAdam(true, false), FloatFormat.BF16, BatchShape.ofRows(512));
        assertThat(withEmbedding.stepGradientBytes()).isEqualTo(4L * 128256 * 4096);
        assertThat(withEmbedding.totalBytes()).isGreaterThan(layers.totalBytes());
    }

    @Test
    void theTotalIsTheSumAndTheTableShowsIt() {
        MemoryPlan plan =
                new MemoryPlan(ModelShapes.llama3With8B(), LAYER_BLOCKS, FloatFormat.BF16, BatchShape.ofRows(728));
        MemoryEstimate estimate = plan.estimate();
        assertThat(estimate.totalBytes())
                .isEqualTo(estimate.weightsBytes()
                        + estimate.masterBytes()
                        + estimate.gradientBytes()
                        + estimate.optimizerStateBytes()
                        + estimate.activationBytes()
                        + estimate.logitsBytes()
                        + estimate.overheadBytes());
        assertThat(plan.table())
                .contains("BAdam, blocks: layer, bf16 weights, 728 tokens per row")
                .containsPattern("weights +16\\.061 GB")
                .containsPattern("fp32 master +0\\.872 GB")
                .containsPattern("gradients +0\\.000 GB")
                .contains("All gradients are 0.872 GB")
                .containsPattern("optimizer states +1\\.745 GB")
                .containsPattern("total +\\d+\\.\\d{3} GB +100\\.0 %");
    }

    @Test
    void aBudgetOfTheEstimateFitsAndOneByteLessDoesNot() {
        MemoryPlan plan = new MemoryPlan(ModelShapes.toy(true), ADAMW, FloatFormat.FP32, BatchShape.ofRows(256));
        long needed = plan.estimate().totalBytes();
        assertThat(plan.fits(needed)).isEqualTo(new MemoryVerdict.Fits(needed, needed));
        assertThat(plan.fits(needed).fits()).isTrue();
        assertThat(plan.fits(needed - 1).fits()).isFalse();
    }

    @Test
    void saysWhatWouldFit() {
        MemoryPlan plan = new MemoryPlan(ModelShapes.llama3With8B(), ADAMW, FloatFormat.FP32, BatchShape.ofRows(1024));
        MemoryVerdict.TooLarge verdict = (MemoryVerdict.TooLarge) plan.fits(24_000_000_000L);
        MemoryAlternative blocks = verdict.wouldFit().getFirst();
        assertThat(blocks.method()).isEqualTo(LAYER_BLOCKS);
        assertThat(blocks.weights()).isEqualTo(FloatFormat.BF16);
        assertThat(blocks.tokensPerRow()).isEqualTo(1024);
        assertThat(verdict.explain())
                .contains("there are 24.00 GB")
                .contains("BAdam, blocks: layer, bf16 weights, 1024 tokens per row:");
    }

    @Test
    void proposesShorterRowsBeforeAnotherMethod() {
        MemoryPlan plan = new MemoryPlan(ModelShapes.toy(false), ADAMW, FloatFormat.FP32, BatchShape.ofRows(100_000));
        MemoryVerdict.TooLarge verdict = (MemoryVerdict.TooLarge) plan.fits(MemoryPlan.PROCESS_BYTES + 100_000_000L);
        MemoryAlternative nearest = verdict.wouldFit().getFirst();
        assertThat(nearest.method()).isEqualTo(ADAMW);
        assertThat(nearest.weights()).isEqualTo(FloatFormat.FP32);
        assertThat(nearest.tokensPerRow()).isBetween(64, 99_999);
    }

    @Test
    void saysSoWhenNothingFits() {
        MemoryPlan plan =
                new MemoryPlan(ModelShapes.llama3With8B(), LAYER_BLOCKS, FloatFormat.BF16, BatchShape.ofRows(1024));
        MemoryVerdict.TooLarge verdict = (MemoryVerdict.TooLarge) plan.fits(8_000_000_000L);
        assertThat(verdict.wouldFit()).isEmpty();
        // Frozen layers in 8 bits: 7.1 GB of layers, 2.1 of embedding and head, and the widened head.
        assertThat(verdict.leastBytes()).isBetween(10_000_000_000L, 14_000_000_000L);
        assertThat(verdict.explain()).contains("no settings fit: the most frugal need");
    }

    @Test
    void everyProposalFitsAndNoLongerRowWould() {
        long master = 0x5eed_0005L;
        SplittableRandom random = new SplittableRandom(master);
        ModelConfiguration model = ModelShapes.llama32With1B();
        for (int trial = 0; trial < 30; trial++) {
            BatchShape batch = BatchShape.ofRows(random.nextInt(1, 20_000));
            MethodShape method = random.nextBoolean() ? ADAMW : new MethodShape.BAdam(random.nextBoolean(), true);
            MemoryPlan plan = new MemoryPlan(model, method, FloatFormat.FP32, batch);
            long budget = random.nextLong(1_000_000_000L, 30_000_000_000L);
            String facts = "master seed %d, trial %d: %s, budget %d".formatted(master, trial, plan, budget);
            switch (plan.fits(budget)) {
                case MemoryVerdict.Fits fits ->
                    assertThat(fits.neededBytes()).as(facts).isLessThanOrEqualTo(budget);
                case MemoryVerdict.TooLarge tooLarge -> {
                    assertThat(tooLarge.neededBytes()).as(facts).isGreaterThan(budget);
                    assertThat(tooLarge.wouldFit().isEmpty()).as(facts).isEqualTo(tooLarge.leastBytes() > budget);
                    for (MemoryAlternative alternative : tooLarge.wouldFit()) {
                        assertThat(total(model, alternative, alternative.tokensPerRow()))
                                .as(facts)
                                .isEqualTo(alternative.totalBytes())
                                .isLessThanOrEqualTo(budget);
                        if (alternative.tokensPerRow() < batch.tokensPerRow()) {
                            assertThat(total(model, alternative, alternative.tokensPerRow() + 1))
                                    .as(facts)
                                    .isGreaterThan(budget);
                        }
                    }
                }
            }
        }
    }

    private static long total(ModelConfiguration model, MemoryAlternative alternative, int tokensPerRow) {
        return MemoryPlan.estimate(model, alternative.method(), alternative.weights(), BatchShape.ofRows(tokensPerRow))
                .totalBytes();
    }

    @Test
    void refusesImpossibleShapesAndBudgets() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchShape.ofRows(0))
                .withMessageContaining("got 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchShape(1, 0, 0, FloatFormat.FP32));
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchShape(1, 1, -1, FloatFormat.FP32));
        MemoryPlan plan = new MemoryPlan(ModelShapes.toy(false), ADAMW, FloatFormat.FP32, BatchShape.ofRows(8));
        assertThatIllegalArgumentException().isThrownBy(() -> plan.fits(0)).withMessageContaining("got 0");
    }

    private static ModelConfiguration model(String name) {
        return switch (name) {
            case "LLAMA2_7B" -> ModelShapes.llama2With7B();
            case "LLAMA3_8B" -> ModelShapes.llama3With8B();
            case "LLAMA32_1B" -> ModelShapes.llama32With1B();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static MethodShape method(String name) {
        return name.equals("ADAMW") ? ADAMW : LAYER_BLOCKS;
    }
}
