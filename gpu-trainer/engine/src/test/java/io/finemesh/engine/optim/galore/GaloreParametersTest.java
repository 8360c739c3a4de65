package io.finemesh.engine.optim.galore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.InvalidMethodException;
import io.finemesh.engine.optim.TestBlock;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.moment.EpsilonPlacement;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Invariants of GaLore (optimizers.md 7.2), and a test for each defect of the reference implementation that it must not repeat (1.4 to 1.8). */
class GaloreParametersTest {
    private static final AdamHyperparameters NO_DECAY =
            new AdamHyperparameters(0.9, 0.999, 1e-6, 0, AdamHyperparameters.Decay.ALL);
    private static final double RATE = 0.01;

    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    /** (c), (f) and the projection table: the update's rank is at most r, and states have the shapes of the table. */
    @ParameterizedTest
    @CsvSource({
        "STD, 9, 5, 9x2", "STD, 5, 9, 2x9", "REVERSE_STD, 9, 5, 2x5", "REVERSE_STD, 5, 9, 5x2", "LEFT, 9, 5, 2x5",
        "LEFT, 5, 9, 2x9", "RIGHT, 9, 5, 9x2", "RIGHT, 5, 9, 5x2", "FULL, 9, 5, 2x2", "STD, 6, 6, 6x2"
    })
    void updatesHaveTheRankAndStatesTheShapesOfTheSide(ProjectionSide side, int rows, int columns, String shape) {
        GaloreSettings settings = GaloreSettings.reference(2, 3, 0.25).withSide(side);
        try (TestBlock block = TestBlock.ofMatrix(rows, columns, Precision.FP32);
                ActiveParameters active = enter(block, settings, NO_DECAY)) {
            float[] before = block.values("w");
            for (int t = 0; t < 3; t++) {
                block.step(active, t, RATE);
            }
            float[] after = block.values("w");
            double[][] moved = new double[rows][columns];
            for (int i = 0; i < before.length; i++) {
                moved[i / columns][i % columns] = after[i] - before[i];
            }
            assertThat(rankOf(moved, 1e-4)).isEqualTo(2);
            TensorData first = state(active).get("first_moment.w");
            assertThat(first.shape().get(0) + "x" + first.shape().get(1)).isEqualTo(shape);
        }
    }

    /** (b) orthonormal at each refresh, for both ways to refresh. */
    @ParameterizedTest
    @EnumSource(RefreshMethod.class)
    void basesAreOrthonormal(RefreshMethod method) {
        GaloreSettings settings =
                GaloreSettings.reference(3, 2, 1).withSide(ProjectionSide.FULL).withRefresh(method, 2, false);
        try (TestBlock block = TestBlock.ofMatrix(12, 8, Precision.FP32);
                ActiveParameters active = enter(block, settings, NO_DECAY)) {
            for (int t = 0; t < 5; t++) {
                block.step(active, t, RATE);
                for (String basis : List.of("basis_left.w", "basis_right.w")) {
                    assertOrthonormal(state(active).get(basis));
                }
            }
        }
    }

    /** (b) on a matrix whose singular values fall by ten: the randomised subspace is the exact one. */
    @Test
    void randomisedRefreshFindsTheSubspaceOfTheDecomposition() {
        Map<RefreshMethod, float[]> bases = new LinkedHashMap<>();
        for (RefreshMethod method : RefreshMethod.values()) {
            GaloreSettings settings = GaloreSettings.reference(3, 100, 1).withRefresh(method, 2, false);
            try (TestBlock block = TestBlock.ofMatrix(40, 24, Precision.FP32);
                    ActiveParameters active = enter(block, settings, NO_DECAY)) {
                block.step(active, 0, RATE, 1, shape -> falling(40, 24));
                bases.put(method, floats(state(active).get("basis_right.w")));
            }
        }
        double overlap = 0;
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) {
                double dot = 0;
                for (int i = 0; i < 24; i++) {
                    dot += bases.get(RefreshMethod.EXACT)[i * 3 + a] * bases.get(RefreshMethod.RANDOMISED)[i * 3 + b];
                }
                overlap += dot * dot;
            }
        }
        assertThat(overlap / 3).isCloseTo(1, within(1e-6));
    }

    /** (a) with the whole space as subspace and an optimizer without a scale of its own, GaLore is that optimizer: here through Adafactor's first step. */
    @Test
    void aBasisOfTheWholeSpaceLosesNothing() {
        GaloreSettings settings = GaloreSettings.reference(4, 100, 1);
        try (TestBlock block = TestBlock.ofMatrix(6, 4, Precision.FP32);
                ActiveParameters active = enter(block, settings, NO_DECAY)) {
            double[] gradient = TestBlock.gradient(6, 4, 0);
            block.step(active, 0, RATE);
            float[] basis = floats(state(active).get("basis_right.w"));
            float[] moments = floats(state(active).get("first_moment.w"));
            for (int i = 0; i < 6; i++) {
                for (int j = 0; j < 4; j++) {
                    double back = 0;
                    for (int k = 0; k < 4; k++) {
                        back += moments[i * 4 + k] / 0.1 * basis[j * 4 + k];
                    }
                    assertThat(back).isCloseTo(gradient[i * 4 + j], within(1e-5));
                }
            }
        }
    }

    /** (e) transposing the gradient swaps the sides and transposes the update. */
    @Test
    void transposingSwapsTheSides() {
        float[] tall = afterSteps(9, 5, ProjectionSide.RIGHT, shape -> TestBlock.gradient(9, 5, 0));
        float[] wide = afterSteps(5, 9, ProjectionSide.LEFT, shape -> transposed(TestBlock.gradient(9, 5, 0), 9, 5));
        for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 5; j++) {
                assertThat((double) tall[i * 5 + j]).isCloseTo(wide[j * 9 + i], within(1e-5));
            }
        }
    }

    /** (d) refreshes at updates 0, T, 2T, counted in updates that were made: a skipped step does not count. */
    @Test
    void refreshesAreCountedInUpdates() {
        GaloreSettings settings = GaloreSettings.reference(2, 3, 1);
        try (TestBlock block = TestBlock.ofMatrix(6, 4, Precision.FP32);
                GaloreParameters active = enter(block, settings, NO_DECAY)) {
            List<Long> refreshes = new ArrayList<>();
            for (int t = 0; t < 10; t++) {
                if (t == 4) {
                    block.step(active, t, RATE, 1, shape -> poisoned(6, 4));
                } else {
                    block.step(active, t, RATE);
                }
                refreshes.add(active.refreshes());
            }
            assertThat(refreshes).containsExactly(1L, 1L, 1L, 2L, 2L, 2L, 2L, 3L, 3L, 3L);
            assertThat(active.updates()).isEqualTo(9);
        }
    }

    /** (i) decoupled decay alone shrinks a projected weight whose gradient is zero. */
    @Test
    void weightsWithoutGradientShrinkByTheirDecayOnly() {
        AdamHyperparameters decaying = new AdamHyperparameters(0.9, 0.999, 1e-6, 0.5, AdamHyperparameters.Decay.ALL);
        try (TestBlock block = TestBlock.ofMatrix(6, 4, Precision.FP32);
                ActiveParameters active = enter(block, GaloreSettings.reference(2, 3, 0.25), decaying)) {
            float[] before = block.values("w");
            block.stepWithoutGradient(active, RATE);
            float[] after = block.values("w");
            for (int i = 0; i < before.length; i++) {
                assertThat((double) after[i]).isCloseTo(before[i] * (1 - RATE * 0.5), within(1e-7));
            }
        }
    }

    /** (j), and defect 1.8.4: a gradient that is not finite used to be the basis for T steps. */
    @ParameterizedTest
    @EnumSource(RefreshMethod.class)
    void defectANonFiniteGradientNeverBecomesABasis(RefreshMethod method) {
        GaloreSettings settings = GaloreSettings.reference(2, 3, 1).withRefresh(method, 1, false);
        try (TestBlock block = TestBlock.ofMatrix(6, 4, Precision.FP32);
                ActiveParameters active = enter(block, settings, NO_DECAY)) {
            block.step(active, 0, RATE, 1, shape -> poisoned(6, 4));
            assertThat(state(active)).doesNotContainKey("basis_right.w");
            for (int t = 0; t < 3; t++) {
                block.step(active, t, RATE);
            }
            Map<String, List<Byte>> before = bits(active);
            float[] weights = block.values("w");
            // The next update is due for a refresh.
            block.step(active, 3, RATE, 1, shape -> poisoned(6, 4));
            assertThat(bits(active)).isEqualTo(before);
            assertThat(block.values("w")).isEqualTo(weights);
        }
    }

    /** (k) and issue 47: vectors carry no rank. */
    @Test
    void vectorsAreNeverProjected() {
        try (TestBlock block = TestBlock.ofLayer(Precision.FP32);
                ActiveParameters active = enter(block, GaloreSettings.reference(2, 3, 1), NO_DECAY)) {
            block.step(active, 0, RATE);
            assertThat(state(active).keySet())
                    .contains("basis_right.w", "first_moment.layer.0/INPUT_NORM", "first_moment.layer.0/DOWN_BIAS")
                    .doesNotContain("basis_right.norm", "basis_right.bias");
        }
        assertThatThrownBy(() -> new GaloreSettings(
                        1,
                        1,
                        1,
                        ProjectionSide.STD,
                        Set.of(WeightSlot.TOKEN_EMBEDDING),
                        MomentKind.ADAMW,
                        EpsilonPlacement.AFTER_CORRECTION,
                        RefreshMethod.EXACT,
                        1,
                        false,
                        Optional.empty(),
                        0,
                        MomentTransport.KEPT,
                        Precision.FP32,
                        false,
                        NormKind.FULL))
                .hasMessageContaining("galore_target")
                .hasMessageContaining("never projected");
    }

    /** Defect of 1.1: a rank above the smaller side gave full rank silently, or crashed for reverse_std. */
    @Test
    void defectARankAboveASideIsRefusedWithBothNumbers() {
        for (ProjectionSide side : ProjectionSide.values()) {
            try (TestBlock block = TestBlock.ofMatrix(64, 256, Precision.FP32)) {
                GaloreSettings settings = GaloreSettings.reference(128, 3, 1).withSide(side);
                assertThatThrownBy(() -> enter(block, settings, NO_DECAY))
                        .isInstanceOf(InvalidMethodException.class)
                        .hasMessageContaining("128 for w, whose smaller side is 64");
            }
        }
    }

    /** Defect 1.8.1: moments of bf16 weights were bf16, where a second moment cannot decay by 0.1 %. */
    @ParameterizedTest
    @EnumSource(
            value = MomentKind.class,
            names = {"ADAMW", "ADAMW_8BIT"})
    void defectMomentsOfBf16WeightsAreNotBf16(MomentKind kind) {
        GaloreSettings settings = GaloreSettings.reference(64, 5000, 1).withMoments(kind);
        try (TestBlock block = TestBlock.ofMatrix(64, 64, Precision.BF16);
                ActiveParameters active = enter(block, settings, NO_DECAY)) {
            block.step(active, 0, RATE);
            assertThat(state(active).entrySet())
                    .filteredOn(entry -> entry.getKey().contains("moment"))
                    .isNotEmpty()
                    .allSatisfy(
                            entry -> assertThat(entry.getValue().dtype().name()).isIn("F32", "U8"));
        }
    }

    /** Defect 1.8.2: pure bf16 weights swallow small steps; here each is a sixteenth of the spacing of bf16 near 1. */
    @Test
    void defectSmallStepsReachBf16Weights() {
        GaloreSettings settings = GaloreSettings.reference(48, 5000, 1);
        for (WeightRounding rounding : WeightRounding.values()) {
            try (TestBlock block = TestBlock.ofMatrix(48, 48, Precision.BF16);
                    TestBlock exact = TestBlock.ofMatrix(48, 48, Precision.FP32);
                    ActiveParameters active =
                            GaloreParameters.enter("all", block.groups(), settings, NO_DECAY, rounding, false, 5);
                    ActiveParameters reference = enter(exact, settings, NO_DECAY)) {
                float[] before = block.values("w");
                float[] beforeExact = exact.values("w");
                for (int t = 0; t < 200; t++) {
                    block.step(active, t, 5e-4, 1, shape -> inBf16(TestBlock.gradient(48, 48, 0)));
                    exact.step(reference, t, 5e-4, 1, shape -> inBf16(TestBlock.gradient(48, 48, 0)));
                }
                float[] after = block.values("w");
                float[] afterExact = exact.values("w");
                double dot = 0;
                double square = 0;
                for (int i = 0; i < before.length; i++) {
                    double wanted = afterExact[i] - beforeExact[i];
                    dot += wanted * (after[i] - before[i]);
                    square += wanted * wanted;
                }
                assertThat(dot / square).as(rounding.name()).isCloseTo(1, within(0.05));
            }
        }
    }

    /** Defect 1.5: state was a pickled object and never loaded again. */
    @Test
    void defectStateIsTensorsAndContinuesBitForBit() {
        GaloreSettings settings = GaloreSettings.reference(2, 3, 0.25).withTransport(MomentTransport.ROTATED, 2);
        try (TestBlock whole = TestBlock.ofMatrix(9, 5, Precision.FP32);
                TestBlock parts = TestBlock.ofMatrix(9, 5, Precision.FP32);
                ActiveParameters uninterrupted = enter(whole, settings, NO_DECAY)) {
            Map<String, TensorData> saved;
            try (ActiveParameters first = enter(parts, settings, NO_DECAY)) {
                for (int t = 0; t < 4; t++) {
                    whole.step(uninterrupted, t, RATE);
                    parts.step(first, t, RATE);
                }
                saved = state(first);
            }
            try (ActiveParameters second = GaloreParameters.resume(
                    "all",
                    parts.groups(),
                    settings,
                    NO_DECAY,
                    WeightRounding.MASTER,
                    false,
                    5,
                    TinyModel.source(saved),
                    4)) {
                for (int t = 4; t < 8; t++) {
                    whole.step(uninterrupted, t, RATE);
                    parts.step(second, t, RATE);
                }
                assertThat(bits(second)).isEqualTo(bits(uninterrupted));
            }
            assertThat(parts.values("w")).isEqualTo(whole.values("w"));
        }
    }

    /** Defect 1.8.3: moments of the old basis were used in the new one as they were. Rotated, a basis that only turns changes no update. */
    @Test
    void rotatedMomentsFollowTheBasis() {
        // Same gradient twice as long as an interval: the second basis is the first, so that rotation is the identity.
        Map<MomentTransport, float[]> results = new LinkedHashMap<>();
        for (MomentTransport transport : MomentTransport.values()) {
            GaloreSettings settings = GaloreSettings.reference(2, 2, 1).withTransport(transport, 0);
            try (TestBlock block = TestBlock.ofMatrix(9, 5, Precision.FP32);
                    ActiveParameters active = enter(block, settings, NO_DECAY)) {
                for (int t = 0; t < 3; t++) {
                    block.step(active, t, RATE, 1, shape -> TestBlock.gradient(9, 5, 1));
                }
                results.put(transport, block.values("w"));
                for (float second : floats(state(active).get("second_moment.w"))) {
                    assertThat(second).isGreaterThanOrEqualTo(0);
                }
            }
        }
        float[] kept = results.get(MomentTransport.KEPT);
        float[] rotated = results.get(MomentTransport.ROTATED);
        for (int i = 0; i < kept.length; i++) {
            assertThat((double) rotated[i]).isCloseTo(kept[i], within(1e-5));
        }
        assertThat(results.get(MomentTransport.RESET)).isNotEqualTo(kept);
    }

    /** Re-warm-up: the first update after a refresh takes a part of the rate, the first basis none of it. */
    @Test
    void theRateRisesAgainAfterARefresh() {
        double[][] lengths = new double[2][];
        for (int i = 0; i < 2; i++) {
            GaloreSettings settings = GaloreSettings.reference(2, 2, 1).withTransport(MomentTransport.RESET, i * 3);
            try (TestBlock block = TestBlock.ofMatrix(9, 5, Precision.FP32);
                    ActiveParameters active = enter(block, settings, NO_DECAY)) {
                lengths[i] = new double[4];
                for (int t = 0; t < 4; t++) {
                    float[] before = block.values("w");
                    block.step(active, t, RATE, 1, shape -> TestBlock.gradient(9, 5, 1));
                    lengths[i][t] = distance(before, block.values("w"));
                }
            }
        }
        double[] expected = {1, 1, 0.25, 0.5};
        for (int t = 0; t < 4; t++) {
            assertThat(lengths[1][t] / lengths[0][t]).isCloseTo(expected[t], within(1e-3));
        }
    }

    /** Flaws of Q-GaLore's rule (3.1): here the interval grows while the subspace stays, and shrinks when it turns. */
    @Test
    void intervalsGrowAndShrinkWithTheOverlapOfSubspaces() {
        AdaptiveInterval adaptive = new AdaptiveInterval(0.9, 0.7, 1, 8);
        GaloreSettings settings = GaloreSettings.reference(2, 2, 1).withAdaptive(adaptive);
        try (TestBlock block = TestBlock.ofMatrix(12, 10, Precision.FP32);
                ActiveParameters active = enter(block, settings, NO_DECAY)) {
            List<Long> intervals = new ArrayList<>();
            for (int t = 0; t < 7; t++) {
                block.step(active, t, RATE, 1, shape -> TestBlock.gradient(12, 10, 1));
                intervals.add(interval(active));
            }
            // Refreshed at 2 (2 to 4) and at 6 (4 to 8).
            assertThat(intervals).containsExactly(2L, 2L, 4L, 4L, 4L, 4L, 8L);
            for (int t = 7; t < 15; t++) {
                block.step(active, t, RATE, 1, shape -> TestBlock.gradient(12, 10, 23));
            }
            assertThat(interval(active)).isEqualTo(4);
        }
    }

    /** Fira: scaling every gradient leaves the update, and the residual's norm grows by at most 1 % from update to update. */
    @Test
    void theResidualIsScaleFreeAndLimitedInGrowth() {
        AdamHyperparameters tiny = new AdamHyperparameters(0.9, 0.999, 1e-12, 0, AdamHyperparameters.Decay.ALL);
        GaloreSettings settings = GaloreSettings.reference(2, 3, 0.25).withResidual(true);
        float[][] results = new float[2][];
        for (int i = 0; i < 2; i++) {
            double factor = i == 0 ? 1 : 1000;
            try (TestBlock block = TestBlock.ofMatrix(9, 5, Precision.FP32);
                    ActiveParameters active = enter(block, settings, tiny)) {
                double previous = Double.NaN;
                for (int t = 0; t < 8; t++) {
                    int step = t;
                    block.step(active, t, RATE, 1, shape -> Arrays.stream(TestBlock.gradient(9, 5, step))
                            .map(value -> factor * value)
                            .toArray());
                    double norm =
                            state(active).get("residual_norm.w").bytes().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
                    if (t > 0) {
                        assertThat(norm).isLessThanOrEqualTo(1.01 * previous * (1 + 1e-6));
                    }
                    previous = norm;
                }
                results[i] = block.values("w");
            }
        }
        for (int i = 0; i < results[0].length; i++) {
            assertThat((double) results[1][i]).isCloseTo(results[0][i], within(1e-5));
        }
    }

    @Test
    void refusesCombinationsNamingBothSettings() {
        GaloreSettings reference = GaloreSettings.reference(2, 3, 1);
        assertThatThrownBy(() -> reference.withMoments(MomentKind.ADAFACTOR).withTransport(MomentTransport.ROTATED, 0))
                .isInstanceOf(InvalidMethodException.class)
                .hasMessageContaining("ROTATED")
                .hasMessageContaining("ADAFACTOR");
        assertThatThrownBy(() -> reference.withResidual(true).withSide(ProjectionSide.FULL))
                .hasMessageContaining("residual")
                .hasMessageContaining("FULL");
        assertThatThrownBy(() -> GaloreSettings.reference(0, 0, -1))
                .hasMessageContainingAll("galore_rank", "galore_update_interval", "galore_scale", "3 problems");
        assertThatThrownBy(() -> reference.withAdaptive(new AdaptiveInterval(0.5, 0.9, 0, 3)))
                .hasMessageContaining("adaptive interval");
    }

    /** Staggered, the matrices of a model never all refresh on the same step but the first; see also {@code SubspaceScheduleTest}. */
    @Test
    void aThousandRefreshesLeaveNothingBehind() {
        GaloreSettings settings = GaloreSettings.reference(2, 1, 1).withTransport(MomentTransport.ROTATED, 0);
        try (TestBlock block = TestBlock.ofMatrix(9, 5, Precision.FP32);
                GaloreParameters active = enter(block, settings, NO_DECAY)) {
            for (int t = 0; t < 50; t++) {
                block.step(active, t, RATE);
            }
            long pointers = TensorScope.livePointers();
            long resident = NativeMemory.now().residentBytes();
            for (int t = 50; t < 1100; t++) {
                block.step(active, t, RATE);
            }
            assertThat(active.refreshes()).isEqualTo(1100);
            assertThat(TensorScope.livePointers()).isEqualTo(pointers);
            assertThat(NativeMemory.now().residentBytes()).isLessThan(resident + (64L << 20));
        }
    }

    private static GaloreParameters enter(TestBlock block, GaloreSettings settings, AdamHyperparameters adam) {
        return GaloreParameters.enter("all", block.groups(), settings, adam, WeightRounding.MASTER, false, 5);
    }

    private static float[] afterSteps(
            int rows, int columns, ProjectionSide side, Function<List<Long>, double[]> gradient) {
        GaloreSettings settings = GaloreSettings.reference(2, 3, 1).withSide(side);
        try (TestBlock block = TestBlock.ofMatrix(rows, columns, Precision.FP32);
                ActiveParameters active = enter(block, settings, NO_DECAY)) {
            float[] before = block.values("w");
            block.step(active, 0, RATE, 1, gradient);
            block.step(active, 1, RATE, 1, gradient);
            float[] after = block.values("w");
            for (int i = 0; i < after.length; i++) {
                after[i] -= before[i];
            }
            return after;
        }
    }

    private static double[] transposed(double[] values, int rows, int columns) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i % columns * rows + i / columns] = values[i];
        }
        return result;
    }

    /** A sum of outer products of waves, each a tenth of the one before. */
    private static double[] falling(int rows, int columns) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            for (int k = 0; k < 8; k++) {
                values[i] += Math.pow(10, -k)
                        * Math.sin((k + 1) * (i / columns + 0.5))
                        * Math.cos((k + 1) * (i % columns) * 0.7);
            }
        }
        return values;
    }

    /** Cut to bf16, so that weights of both precisions see the same gradient: what is rounding in it would fill the subspace too. */
    private static double[] inBf16(double[] values) {
        return Arrays.stream(values)
                .map(value -> Float.intBitsToFloat(Float.floatToRawIntBits((float) value) & 0xffff_0000))
                .toArray();
    }

    private static double[] poisoned(int rows, int columns) {
        double[] values = TestBlock.gradient(rows, columns, 0);
        values[3] = Double.NaN;
        return values;
    }

    private static long interval(ActiveParameters active) {
        return state(active).get("galore_counters.w").bytes().get(ValueLayout.JAVA_LONG_UNALIGNED, 16);
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow(a[i] - b[i], 2);
        }
        return Math.sqrt(sum);
    }

    /** By elimination with full pivoting. */
    private static int rankOf(double[][] matrix, double tolerance) {
        int rank = 0;
        double scale = Arrays.stream(matrix)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElse(1);
        boolean[] used = new boolean[matrix.length];
        for (int round = 0; round < matrix.length; round++) {
            int pivotRow = -1;
            int pivotColumn = -1;
            double largest = tolerance * scale;
            for (int i = 0; i < matrix.length; i++) {
                for (int j = 0; j < matrix[i].length; j++) {
                    if (!used[i] && Math.abs(matrix[i][j]) > largest) {
                        largest = Math.abs(matrix[i][j]);
                        pivotRow = i;
                        pivotColumn = j;
                    }
                }
            }
            if (pivotRow < 0) {
                return rank;
            }
            rank++;
            used[pivotRow] = true;
            for (int i = 0; i < matrix.length; i++) {
                if (!used[i]) {
                    double factor = matrix[i][pivotColumn] / matrix[pivotRow][pivotColumn];
                    for (int j = 0; j < matrix[i].length; j++) {
                        matrix[i][j] -= factor * matrix[pivotRow][j];
                    }
                }
            }
        }
        return rank;
    }

    private static void assertOrthonormal(TensorData basis) {
        int rows = Math.toIntExact(basis.shape().get(0));
        int columns = Math.toIntExact(basis.shape().get(1));
        float[] values = floats(basis);
        for (int a = 0; a < columns; a++) {
            for (int b = 0; b < columns; b++) {
                double dot = 0;
                for (int i = 0; i < rows; i++) {
                    dot += (double) values[i * columns + a] * values[i * columns + b];
                }
                assertThat(dot).isCloseTo(a == b ? 1 : 0, within(1e-5));
            }
        }
    }

    private static float[] floats(TensorData tensor) {
        return tensor.bytes().toArray(ValueLayout.JAVA_FLOAT);
    }

    private static Map<String, TensorData> state(ActiveParameters active) {
        Map<String, TensorData> state = new LinkedHashMap<>();
        active.export().forEach(tensor -> state.put(tensor.name(), tensor));
        return state;
    }

    private static Map<String, List<Byte>> bits(ActiveParameters active) {
        Map<String, List<Byte>> bits = new LinkedHashMap<>();
        active.export().forEach(tensor -> {
            List<Byte> bytes = new ArrayList<>();
            for (byte b : tensor.bytes().toArray(ValueLayout.JAVA_BYTE)) {
                bytes.add(b);
            }
            bits.put(tensor.name(), bytes);
        });
        return bits;
    }
}
