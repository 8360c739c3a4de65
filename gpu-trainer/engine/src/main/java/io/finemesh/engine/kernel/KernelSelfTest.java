package io.finemesh.engine.kernel;

import io.finemesh.engine.kernel.KernelVerdict.Mismatch;
import io.finemesh.engine.kernel.KernelVerdict.Trusted;
import io.finemesh.engine.kernel.KernelVerdict.Unavailable;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Compares each kernel with the composition of LibTorch operations it replaces, on the device it will run on: ragged sizes, several steps, both sides, values
 * over many magnitudes. A kernel that differs is not used; being slower is no reason for concern, being wrong is.
 */
public final class KernelSelfTest {
    /** Differences of single roundings; the same operations in another order. */
    static final double PRODUCT_TOLERANCE = 1e-5;

    /** Weights after steps; a code may go to its neighbour where a value lies within a rounding of the middle, which moves later steps a little. */
    static final double ADAM_TOLERANCE = 1e-5;

    private static final int STEPS = 4;
    private static final long[] COUNTS = {1, 255, 256, 257, 4_100};
    private static final long[][] PRODUCTS = {{1, 1, 1}, {16, 16, 16}, {37, 21, 5}, {64, 130, 33}};

    private final FusedKernels kernels;
    private final CodeMaps maps;
    private final TensorOptions floats;

    /**
     * A test of kernels.
     *
     * @param maps of 8-bit codes
     * @param floats where the kernels compute: fp32 on their device
     */
    public KernelSelfTest(FusedKernels kernels, CodeMaps maps, TensorOptions floats) {
        this.kernels = kernels;
        this.maps = maps;
        this.floats = floats;
    }

    /** A verdict per kernel. */
    public List<KernelVerdict> run() {
        try (NoGradGuard _ = new NoGradGuard()) {
            return List.of(
                    judge("adam_8bit_step", ADAM_TOLERANCE, this::adam),
                    judge("project", PRODUCT_TOLERANCE, this::project),
                    judge("project_back_update", PRODUCT_TOLERANCE, this::projectBack));
        }
    }

    private interface Comparison {
        List<Difference> compare();
    }

    private record Difference(String where, double size) {}

    private static KernelVerdict judge(String function, double tolerance, Comparison comparison) {
        try (TensorScope _ = TensorScope.open("self-test of " + function)) {
            Difference worst = new Difference("nothing", 0);
            for (Difference difference : comparison.compare()) {
                if (!(difference.size() <= worst.size())) {
                    worst = difference;
                }
            }
            return worst.size() <= tolerance
                    ? new Trusted(function, worst.size())
                    : new Mismatch(function, worst.size(), tolerance, worst.where());
        } catch (KernelException refused) {
            return new Unavailable(function, refused.getMessage());
        }
    }

    private List<Difference> adam() {
        List<Difference> differences = new ArrayList<>();
        for (long count : COUNTS) {
            Tensor weights = wave(count, 0.37, 1);
            Tensor expected = weights.clone();
            MomentCodes moments = zeroMoments(count);
            MomentCodes expectedMoments = zeroMoments(count);
            for (int update = 1; update <= STEPS; update++) {
                // From 1e-6 to 1e2 within a block: small entries land on the fine end of the code maps.
                Tensor gradient = wave(count, 1.7 * update, 3)
                        .mul(torch.pow(
                                new Scalar(10.0),
                                wave(count, 0.11, 5).mul(new Scalar(4.0)).sub(new Scalar(2.0))));
                AdamStep step = AdamStep.of(update, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.5);
                kernels.adam8Step(weights, gradient, moments, maps.signed(), maps.unsigned(), step);
                AdamComposition.step(expected, gradient, expectedMoments, maps, step);
                differences.add(difference("weights of " + count + " elements, step " + update, weights, expected));
            }
            differences.add(difference(
                    "scales of means of " + count + " elements", moments.meanScales(), expectedMoments.meanScales()));
            differences.add(difference(
                    "scales of variances of " + count + " elements",
                    moments.varianceScales(),
                    expectedMoments.varianceScales()));
        }
        return differences;
    }

    private List<Difference> project() {
        List<Difference> differences = new ArrayList<>();
        for (long[] size : PRODUCTS) {
            Tensor low = wave(size[0] * size[1], 0.3, 1).view(size[0], size[1]);
            Tensor left = wave(size[0] * size[2], 0.7, 2).view(size[2], size[0]).t();
            Tensor right = wave(size[2] * size[1], 0.9, 4).view(size[2], size[1]);
            Tensor expected = low.add(left.matmul(right).mul(new Scalar(0.25)));
            kernels.project(low, left, right, 0.25);
            differences.add(difference("left side of " + size[0] + " x " + size[1], low, expected));

            Tensor wide = wave(size[0] * size[1], 0.3, 1).view(size[0], size[1]);
            Tensor transposed =
                    wave(size[2] * size[1], 0.9, 4).view(size[1], size[2]).t();
            Tensor expectedWide = wide.add(left.matmul(transposed));
            kernels.project(wide, left, transposed, 1);
            differences.add(difference("right side of " + size[0] + " x " + size[1], wide, expectedWide));
        }
        return differences;
    }

    private List<Difference> projectBack() {
        List<Difference> differences = new ArrayList<>();
        for (long[] size : PRODUCTS) {
            Tensor weights = wave(size[0] * size[1], 0.3, 1).view(size[0], size[1]);
            Tensor left = wave(size[0] * size[2], 0.7, 2).view(size[0], size[2]);
            Tensor right =
                    wave(size[2] * size[1], 0.9, 4).view(size[1], size[2]).t();
            Tensor expected =
                    weights.add(left.matmul(right).mul(new Scalar(-0.02))).mul(new Scalar(0.999));
            kernels.projectBackUpdate(weights, left, right, -0.02, 0.999);
            differences.add(difference(size[0] + " x " + size[1] + " over " + size[2], weights, expected));
        }
        return differences;
    }

    private MomentCodes zeroMoments(long count) {
        long blocks = (count + FusedKernels.QUANTIZATION_BLOCK - 1) / FusedKernels.QUANTIZATION_BLOCK;
        TensorOptions bytes = new TensorOptions(ScalarType.Byte).device(floats.device_opt());
        return new MomentCodes(
                torch.full(new long[] {count}, new Scalar(maps.signedZero()), bytes),
                torch.zeros(new long[] {count}, bytes),
                torch.zeros(new long[] {blocks}, floats),
                torch.zeros(new long[] {blocks}, floats));
    }

    /** The same values on every device: no generator is involved. */
    private Tensor wave(long count, double pitch, double phase) {
        return torch.arange(new Scalar(count), floats)
                .mul(new Scalar(pitch))
                .add(new Scalar(phase))
                .sin();
    }

    /** Largest difference relative to the largest value; NaN when anything is not a number. */
    private static Difference difference(String where, Tensor actual, Tensor expected) {
        double size = actual.sub(expected).abs().max().item_double();
        double scale = expected.abs().max().item_double();
        return new Difference(where, scale > 0 ? size / scale : size);
    }
}
