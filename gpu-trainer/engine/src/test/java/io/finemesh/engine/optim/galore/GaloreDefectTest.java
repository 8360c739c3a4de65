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
import io.finemesh.engine.optim.moment.EpsilonPlacement;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A test for each defect of GaLore's reference implementation that must not be repeated (optimizers.md 1.1 to 1.8). */
class GaloreDefectTest {
    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    /** (j), and defect 1.8.4: a gradient that is not finite used to be the basis for T steps. */
    @ParameterizedTest
    @EnumSource(RefreshMethod.class)
    void defectANonFiniteGradientNeverBecomesABasis(RefreshMethod method) {
        GaloreSettings settings = GaloreSettings.reference(2, 3, 1).withRefresh(method, 1, false);
        try (TestBlock block = TestBlock.ofMatrix(6, 4, Precision.FP32);
                ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
            block.step(active, 0, Trials.RATE, 1, shape -> Trials.poisoned(6, 4));
            assertThat(Trials.state(active)).doesNotContainKey("basis_right.w");
            for (int t = 0; t < 3; t++) {
                block.step(active, t, Trials.RATE);
            }
            Map<String, List<Byte>> before = Trials.bits(active);
            float[] weights = block.values("w");
            // The next update is due for a refresh.
            block.step(active, 3, Trials.RATE, 1, shape -> Trials.poisoned(6, 4));
            assertThat(Trials.bits(active)).isEqualTo(before);
            assertThat(block.values("w")).isEqualTo(weights);
        }
    }

    /** (k) and issue 47: vectors carry no rank. */
    @Test
    void vectorsAreNeverProjected() {
        try (TestBlock block = TestBlock.ofLayer(Precision.FP32);
                ActiveParameters active = Trials.enter(block, GaloreSettings.reference(2, 3, 1), Trials.NO_DECAY)) {
            block.step(active, 0, Trials.RATE);
            assertThat(Trials.state(active).keySet())
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
                assertThatThrownBy(() -> Trials.enter(block, settings, Trials.NO_DECAY))
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
                ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
            block.step(active, 0, Trials.RATE);
            assertThat(Trials.state(active).entrySet())
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
                    ActiveParameters active = GaloreParameters.enter(
                            "all", block.groups(), settings, Trials.NO_DECAY, rounding, false, 5);
                    ActiveParameters reference = Trials.enter(exact, settings, Trials.NO_DECAY)) {
                float[] before = block.values("w");
                float[] beforeExact = exact.values("w");
                for (int t = 0; t < 200; t++) {
                    block.step(active, t, 5e-4, 1, shape -> Trials.inBf16(TestBlock.gradient(48, 48, 0)));
                    exact.step(reference, t, 5e-4, 1, shape -> Trials.inBf16(TestBlock.gradient(48, 48, 0)));
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
                ActiveParameters uninterrupted = Trials.enter(whole, settings, Trials.NO_DECAY)) {
            Map<String, TensorData> saved;
            try (ActiveParameters first = Trials.enter(parts, settings, Trials.NO_DECAY)) {
                for (int t = 0; t < 4; t++) {
                    whole.step(uninterrupted, t, Trials.RATE);
                    parts.step(first, t, Trials.RATE);
                }
                saved = Trials.state(first);
            }
            try (ActiveParameters second = GaloreParameters.resume(
                    "all",
                    parts.groups(),
                    settings,
                    Trials.NO_DECAY,
                    WeightRounding.MASTER,
                    false,
                    5,
                    TinyModel.source(saved),
                    4)) {
                for (int t = 4; t < 8; t++) {
                    whole.step(uninterrupted, t, Trials.RATE);
                    parts.step(second, t, Trials.RATE);
                }
                assertThat(Trials.bits(second)).isEqualTo(Trials.bits(uninterrupted));
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
                    ActiveParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
                for (int t = 0; t < 3; t++) {
                    block.step(active, t, Trials.RATE, 1, shape -> TestBlock.gradient(9, 5, 1));
                }
                results.put(transport, block.values("w"));
                for (float second : Trials.floats(Trials.state(active).get("second_moment.w"))) {
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
                GaloreParameters active = Trials.enter(block, settings, Trials.NO_DECAY)) {
            for (int t = 0; t < 50; t++) {
                block.step(active, t, Trials.RATE);
            }
            long pointers = TensorScope.livePointers();
            long resident = NativeMemory.now().residentBytes();
            for (int t = 50; t < 1100; t++) {
                block.step(active, t, Trials.RATE);
            }
            assertThat(active.refreshes()).isEqualTo(1100);
            assertThat(TensorScope.livePointers()).isEqualTo(pointers);
            assertThat(NativeMemory.now().residentBytes()).isLessThan(resident + (64L << 20));
        }
    }
}
