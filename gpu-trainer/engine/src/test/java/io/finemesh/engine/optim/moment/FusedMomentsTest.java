package io.finemesh.engine.optim.moment;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.engine.kernel.FusedKernels;
import io.finemesh.engine.kernel.HostKernels;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.BackendReport;
import io.finemesh.engine.tensor.Device;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The optimizer's step by the device's kernel, whose text is built for the host here, against the composition that is used without one. */
class FusedMomentsTest {
    private static final int ELEMENTS = 4_096 + 77;
    private static final int UPDATES = 12;
    private static final long SEED = 20_261_122;
    private static BackendReport backend;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() {
        backend = Backend.start(TinyModel.THREADS);
    }

    @ParameterizedTest
    @EnumSource
    void aFusedStepIsTheComposedStep(EpsilonPlacement placement) throws Exception {
        Assumptions.assumeTrue(
                backend.compute().kind() == Device.Kind.CPU, "kernels built for the host need tensors on the host");
        FusedKernels fused = new FusedKernels(HostKernels.build(
                Files.createTempDirectory(folder, "kernels"), text -> text, HostKernels.Order.FORWARD, SEED));
        AdamHyperparameters adam = AdamHyperparameters.withDecay(0.01);
        Random random = new Random(SEED);
        try (TensorScope _ = TensorScope.open("test");
                QuantizedMoments byKernel = new QuantizedMoments(Optional.of(fused), adam, placement, ELEMENTS);
                QuantizedMoments composed = new QuantizedMoments(Optional.empty(), adam, placement, ELEMENTS)) {
            Tensor moved = TensorBytes.floats(gaussian(random, 1), ELEMENTS);
            Tensor expected = moved.clone();
            for (int update = 0; update < UPDATES; update++) {
                // Magnitudes over four decades, so that codes of all fineness are met.
                Tensor gradient = TensorBytes.floats(gaussian(random, Math.pow(10, update % 4 - 3)), ELEMENTS);
                byKernel.update(moved, gradient, 1e-2);
                composed.update(expected, gradient, 1e-2);
            }
            // A code may go to its neighbour where a value lies within a rounding of the middle.
            double largest = moved.sub(expected).abs().max().item_double();
            assertThat(largest).as("seed %d", SEED).isLessThan(1e-5);
            assertThat(byKernel.updates()).isEqualTo(UPDATES);
        }
    }

    @Test
    void onTheHostThereIsNoKernelAndNoVerdict() {
        Assumptions.assumeTrue(backend.compute().kind() == Device.Kind.CPU, "a device has kernels");
        assertThat(DeviceKernels.start(backend)).isEmpty();
        assertThat(DeviceKernels.adam()).isEmpty();
    }

    private static float[] gaussian(Random random, double scale) {
        float[] values = new float[ELEMENTS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * scale);
        }
        return values;
    }
}
