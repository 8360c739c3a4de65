package io.finemesh.engine.optim.galore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.TestBlock;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Invariants of GaLore (optimizers.md 7.2). */
class GaloreParametersTest {
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
                ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
            float[] before = block.values("w");
            for (int t = 0; t < 3; t++) {
                block.step(active, t, Trials.RATE);
            }
            float[] after = block.values("w");
            double[][] moved = new double[rows][columns];
            for (int i = 0; i < before.length; i++) {
                moved[i / columns][i % columns] = after[i] - before[i];
            }
            assertThat(Trials.rankOf(moved, 1e-4)).isEqualTo(2);
            TensorData first = Trials.state(active).get("first_moment.w");
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
                ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
            for (int t = 0; t < 5; t++) {
                block.step(active, t, Trials.RATE);
                for (String basis : List.of("basis_left.w", "basis_right.w")) {
                    Trials.assertOrthonormal(Trials.state(active).get(basis));
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
                    ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
                block.step(active, 0, Trials.RATE, 1, shape -> Trials.falling(40, 24));
                bases.put(method, Trials.floats(Trials.state(active).get("basis_right.w")));
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
                ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
            double[] gradient = TestBlock.gradient(6, 4, 0);
            block.step(active, 0, Trials.RATE);
            float[] basis = Trials.floats(Trials.state(active).get("basis_right.w"));
            float[] moments = Trials.floats(Trials.state(active).get("first_moment.w"));
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
        float[] tall = Trials.afterSteps(9, 5, ProjectionSide.RIGHT, shape -> TestBlock.gradient(9, 5, 0));
        float[] wide = Trials.afterSteps(
                5, 9, ProjectionSide.LEFT, shape -> Trials.transposed(TestBlock.gradient(9, 5, 0), 9, 5));
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
                GaloreParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
            List<Long> refreshes = new ArrayList<>();
            for (int t = 0; t < 10; t++) {
                if (t == 4) {
                    block.step(active, t, Trials.RATE, 1, shape -> Trials.poisoned(6, 4));
                } else {
                    block.step(active, t, Trials.RATE);
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
                ActiveParameters active = Trials.enter(block, GaloreSettings.reference(2, 3, 0.25), decaying)) {
            float[] before = block.values("w");
            block.stepWithoutGradient(active, Trials.RATE);
            float[] after = block.values("w");
            for (int i = 0; i < before.length; i++) {
                assertThat((double) after[i]).isCloseTo(before[i] * (1 - Trials.RATE * 0.5), within(1e-7));
            }
        }
    }

    /** Re-warm-up: the first update after a refresh takes a part of the rate, the first basis none of it. */
    @Test
    void theRateRisesAgainAfterARefresh() {
        double[][] lengths = new double[2][];
        for (int i = 0; i < 2; i++) {
            GaloreSettings settings = GaloreSettings.reference(2, 2, 1).withTransport(MomentTransport.RESET, i * 3);
            try (TestBlock block = TestBlock.ofMatrix(9, 5, Precision.FP32);
                    ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
                lengths[i] = new double[4];
                for (int t = 0; t < 4; t++) {
                    float[] before = block.values("w");
                    block.step(active, t, Trials.RATE, 1, shape -> TestBlock.gradient(9, 5, 1));
                    lengths[i][t] = Trials.distance(before, block.values("w"));
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
                ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
            List<Long> intervals = new ArrayList<>();
            for (int t = 0; t < 7; t++) {
                block.step(active, t, Trials.RATE, 1, shape -> TestBlock.gradient(12, 10, 1));
                intervals.add(Trials.interval(active));
            }
            // Refreshed at 2 (2 to 4) and at 6 (4 to 8).
            assertThat(intervals).containsExactly(2L, 2L, 4L, 4L, 4L, 4L, 8L);
            for (int t = 7; t < 15; t++) {
                block.step(active, t, Trials.RATE, 1, shape -> TestBlock.gradient(12, 10, 23));
            }
            assertThat(Trials.interval(active)).isEqualTo(4);
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
                    ActiveParameters active = Trials.enter(block, settings, tiny)) {
                double previous = Double.NaN;
                for (int t = 0; t < 8; t++) {
                    int step = t;
                    block.step(active, t, Trials.RATE, 1, shape -> Arrays.stream(TestBlock.gradient(9, 5, step))
                            .map(value -> factor * value)
                            .toArray());
                    double norm = Trials.state(active)
                            .get("residual_norm.w")
                            .bytes()
                            .get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
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
}
