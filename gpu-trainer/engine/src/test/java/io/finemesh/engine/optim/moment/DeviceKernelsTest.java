package io.finemesh.engine.optim.moment;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.engine.kernel.KernelVerdict;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.BackendReport;
import io.finemesh.engine.tensor.Device;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kernels on a device; run with {@code -Dfinemesh.device=cuda} in a build of the profile cuda. */
class DeviceKernelsTest {
    private static final int ELEMENTS = 1_000_003;
    private static final long SEED = 20_261_122;
    private BackendReport backend;

    // Before each, not before all: a test that is skipped is to be counted as one.
    @BeforeEach
    void start() {
        backend = Backend.start(TinyModel.THREADS);
        Assumptions.assumeTrue(
                backend.compute().kind() == Device.Kind.CUDA,
                "no CUDA device: give -Dfinemesh.device=cuda where one is");
    }

    @Test
    void everyKernelIsTrustedOnThisDevice() {
        assertThat(DeviceKernels.start(backend)).hasSize(3).allSatisfy(verdict -> assertThat(verdict)
                .as(verdict.summary())
                .isInstanceOf(KernelVerdict.Trusted.class));
    }

    @Test
    void theOptimizerTakesTheKernelAndMovesAsTheCompositionDoes() {
        DeviceKernels.start(backend);
        assertThat(DeviceKernels.adam()).isPresent();
        AdamHyperparameters adam = AdamHyperparameters.withDecay(0);
        Random random = new Random(SEED);
        try (TensorScope _ = TensorScope.open("test");
                QuantizedMoments fused = new QuantizedMoments(adam, EpsilonPlacement.AFTER_CORRECTION, ELEMENTS);
                QuantizedMoments composed =
                        new QuantizedMoments(Optional.empty(), adam, EpsilonPlacement.AFTER_CORRECTION, ELEMENTS)) {
            Tensor moved = TensorBytes.floats(new float[ELEMENTS], ELEMENTS);
            Tensor expected = moved.clone();
            for (int update = 0; update < 5; update++) {
                float[] values = new float[ELEMENTS];
                for (int i = 0; i < ELEMENTS; i++) {
                    values[i] = (float) (random.nextGaussian() * Math.pow(10, i % 5 - 4));
                }
                Tensor gradient = TensorBytes.floats(values, ELEMENTS);
                fused.update(moved, gradient, 1e-2);
                composed.update(expected, gradient, 1e-2);
                Tensor difference = moved.sub(expected).abs();
                if (update == 0) {
                    // No code has been read yet: the difference is rounding.
                    assertThat(difference.max().item_double())
                            .as("seed %d", SEED)
                            .isLessThan(1e-7);
                }
                // A moment that lies within a rounding of the middle of two codes may go to either.
                assertThat(difference.gt(new Scalar(1e-5)).sum().item_long())
                        .as("seed %d, update %d: elements that differ", SEED, update)
                        .isLessThan(ELEMENTS / 1_000);
            }
            assertThat(moved.abs().max().item_double()).isGreaterThan(1e-2);
        }
    }
}
