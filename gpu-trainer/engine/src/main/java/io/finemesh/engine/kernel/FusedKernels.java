package io.finemesh.engine.kernel;

import io.finemesh.engine.kernel.KernelArgument.Address;
import io.finemesh.engine.kernel.KernelArgument.FloatNumber;
import io.finemesh.engine.kernel.KernelArgument.IntNumber;
import io.finemesh.engine.kernel.KernelArgument.LongNumber;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The kernels with shapes and types: what would read or write outside a tensor is refused before it is launched. Everything is fp32 and contiguous unless a
 * parameter says otherwise.
 */
public final class FusedKernels {
    /** Elements that share a scale. */
    public static final int QUANTIZATION_BLOCK = 256;

    private static final int TILE = 16;

    private final KernelLauncher launcher;

    /** Kernels run by a launcher; their tensors must live where it computes. */
    public FusedKernels(KernelLauncher launcher) {
        this.launcher = launcher;
    }

    /**
     * One step of AdamW with 8-bit moments.
     *
     * @param weights changed in place
     * @param gradient as many elements
     * @param moments changed in place
     * @param signedMap 256 values of the codes of first moments, ascending
     * @param unsignedMap 256 values of the codes of second moments, ascending
     */
    public void adam8Step(
            Tensor weights, Tensor gradient, MomentCodes moments, Tensor signedMap, Tensor unsignedMap, AdamStep step) {
        long count = weights.numel();
        long blocks = (count + QUANTIZATION_BLOCK - 1) / QUANTIZATION_BLOCK;
        check("weights", weights, ScalarType.Float, count);
        check("gradient", gradient, ScalarType.Float, count);
        check("codes of means", moments.meanCodes(), ScalarType.Byte, count);
        check("codes of variances", moments.varianceCodes(), ScalarType.Byte, count);
        check("scales of means", moments.meanScales(), ScalarType.Float, blocks);
        check("scales of variances", moments.varianceScales(), ScalarType.Float, blocks);
        check("signed map", signedMap, ScalarType.Float, QUANTIZATION_BLOCK);
        check("unsigned map", unsignedMap, ScalarType.Float, QUANTIZATION_BLOCK);
        launcher.launch(new KernelCall(
                KernelSource.ADAM_8BIT,
                "adam_8bit_step",
                Math.toIntExact(blocks),
                1,
                QUANTIZATION_BLOCK,
                1,
                List.of(
                        address(weights),
                        address(gradient),
                        address(moments.meanCodes()),
                        address(moments.varianceCodes()),
                        address(moments.meanScales()),
                        address(moments.varianceScales()),
                        address(signedMap),
                        address(unsignedMap),
                        new LongNumber(count),
                        new FloatNumber(step.gradientScale()),
                        new FloatNumber(step.beta1()),
                        new FloatNumber(step.beta2()),
                        new FloatNumber(step.meanShare()),
                        new FloatNumber(step.varianceShare()),
                        new FloatNumber(step.stepSize()),
                        new FloatNumber(step.denominatorEpsilon()),
                        new FloatNumber(step.keep()))));
    }

    /**
     * Adds a product to an accumulator in the subspace: {@code low += scale * left right}.
     *
     * @param low (rows, columns)
     * @param left (rows, inner), any strides: a transposed view costs nothing
     * @param right (inner, columns), any strides
     */
    public void project(Tensor low, Tensor left, Tensor right, double scale) {
        launcher.launch(product("project", low, left, right, List.of(new FloatNumber((float) scale))));
    }

    /**
     * Moves weights by a product and decays them: {@code weights = (weights + step * left right) * keep}.
     *
     * @param weights (rows, columns)
     * @param left (rows, inner), any strides
     * @param right (inner, columns), any strides
     */
    public void projectBackUpdate(Tensor weights, Tensor left, Tensor right, double step, double keep) {
        launcher.launch(product(
                "project_back_update",
                weights,
                left,
                right,
                List.of(new FloatNumber((float) step), new FloatNumber((float) keep))));
    }

    private static KernelCall product(
            String function, Tensor target, Tensor left, Tensor right, List<FloatNumber> factors) {
        if (target.dim() != 2 || left.dim() != 2 || right.dim() != 2) {
            throw new IllegalArgumentException(function + " needs three matrices, got " + shape(target) + ", "
                    + shape(left) + ", " + shape(right));
        }
        int rows = Math.toIntExact(target.size(0));
        int columns = Math.toIntExact(target.size(1));
        int inner = Math.toIntExact(left.size(1));
        if (left.size(0) != rows || right.size(0) != inner || right.size(1) != columns) {
            throw new IllegalArgumentException(
                    function + " cannot make " + shape(target) + " of " + shape(left) + " times " + shape(right));
        }
        check("target", target, ScalarType.Float, (long) rows * columns);
        checkType("left factor", left, ScalarType.Float);
        checkType("right factor", right, ScalarType.Float);
        List<KernelArgument> arguments = new ArrayList<>(List.of(
                address(target),
                address(left),
                new LongNumber(left.stride(0)),
                new LongNumber(left.stride(1)),
                address(right),
                new LongNumber(right.stride(0)),
                new LongNumber(right.stride(1)),
                new IntNumber(rows),
                new IntNumber(columns),
                new IntNumber(inner)));
        arguments.addAll(factors);
        return new KernelCall(KernelSource.PROJECTION, function, tiles(columns), tiles(rows), TILE, TILE, arguments);
    }

    private static int tiles(int size) {
        return (size + TILE - 1) / TILE;
    }

    private static Address address(Tensor tensor) {
        return new Address(tensor.data_ptr().address());
    }

    private static void check(String name, Tensor tensor, ScalarType type, long elements) {
        checkType(name, tensor, type);
        if (!tensor.is_contiguous() || tensor.numel() != elements) {
            throw new IllegalArgumentException(name + " must be " + elements + " contiguous elements, got "
                    + shape(tensor) + (tensor.is_contiguous() ? "" : " with gaps"));
        }
    }

    private static void checkType(String name, Tensor tensor, ScalarType type) {
        if (tensor.scalar_type().intern() != type) {
            throw new IllegalArgumentException(
                    name + " must be " + type + ", got " + tensor.scalar_type().intern());
        }
    }

    private static String shape(Tensor tensor) {
        return Arrays.toString(tensor.sizes().vec().get());
    }
}
