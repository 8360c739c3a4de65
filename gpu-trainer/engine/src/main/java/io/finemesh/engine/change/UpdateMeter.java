package io.finemesh.engine.change;

import io.finemesh.checkpoint.change.ChangeMeter;
import io.finemesh.checkpoint.change.Finding;
import io.finemesh.checkpoint.change.Spectrum;
import io.finemesh.checkpoint.change.TensorChange;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Measures an update in 64-bit floats, a slab of the tensor at a time.
 *
 * <p>Singular values are the square roots of the eigenvalues of the smaller of DᵀD and DDᵀ, D being the update: what is in memory is that matrix, of at most {@value #LARGEST_ORDER} rows, and a few slabs,
 * never the whole tensor. Eigenvalues of a matrix of order k are known to about kε times the largest, ε being the distance from 1 to the next number; singular values below c = √(kε) of the largest (1e-6 for k =
 * 4096) cannot be told from 0 and are taken for it. The explained variance loses at most k²ε by that, the effective rank at most about the factor exp(k c ln(1/c)). A smaller side above {@value #LARGEST_ORDER} gives norms
 * without a spectrum.
 */
public final class UpdateMeter implements ChangeMeter {
    /** Longest smaller side of a matrix whose spectrum is taken: its square takes 2 GiB, and as much again while the eigenvalues are taken. */
    static final int LARGEST_ORDER = 16_384;

    /** Elements of a slab unless told otherwise: 32 MiB in 64-bit floats. */
    private static final int SLAB_ELEMENTS = 1 << 22;

    private static final Set<Dtype> NUMBERS = EnumSet.of(Dtype.F64, Dtype.F32, Dtype.BF16, Dtype.F16);

    /** Distance from 1 to the next number. */
    private static final double EPSILON = Math.ulp(1.0);

    private final int slabElements;

    /** A meter with slabs of the usual size. */
    public UpdateMeter() {
        this(SLAB_ELEMENTS);
    }

    /** @param slabElements elements that are looked at together, at least 1 */
    UpdateMeter(int slabElements) {
        this.slabElements = slabElements;
    }

    /**
     * Measures one update.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    @Override
    public TensorChange measure(TensorData base, TensorData now) {
        if (!base.shape().equals(now.shape())) {
            throw new IllegalArgumentException(
                    now.name() + " has shape " + base.shape() + " in the base and " + now.shape() + " now");
        }
        if (!NUMBERS.contains(base.dtype()) || !NUMBERS.contains(now.dtype())) {
            return new TensorChange.NotComparable(
                    now.name(),
                    Finding.UNSUPPORTED_TYPE,
                    "elements of type " + base.dtype() + " in the base and " + now.dtype()
                            + " in the checkpoint, and their bytes differ; computed with are " + NUMBERS);
        }
        try (TensorScope _ = TensorScope.open("update of " + now.name());
                NoGradGuard _ = new NoGradGuard()) {
            return new Measuring(base, now).change();
        }
    }

    /** One tensor as a matrix; of any other number of extents, as one row of all elements. */
    private final class Measuring {
        private final TensorData base;
        private final TensorData now;
        private final long rows;
        private final long columns;
        /** DᵀD or DDᵀ; null where no spectrum is taken. */
        private final Tensor gram;

        private double squares;
        private double baseSquares;
        private double largest;
        private long strangeInBase;
        private long strangeNow;

        Measuring(TensorData base, TensorData now) {
            this.base = base;
            this.now = now;
            List<Long> shape = now.shape();
            boolean matrix = shape.size() == 2;
            this.rows = matrix ? shape.getFirst() : 1;
            this.columns = matrix ? shape.getLast() : shape.stream().reduce(1L, (one, other) -> one * other);
            long order = Math.min(rows, columns);
            if (matrix && order > 0 && order <= LARGEST_ORDER) {
                this.gram = TensorBytes.empty(ScalarType.Double, order, order);
                gram.zero_();
            } else {
                this.gram = null;
            }
        }

        TensorChange change() {
            // Slabs along the longer side: each adds its product with itself.
            boolean tall = rows >= columns;
            long across = Math.max(1, tall ? columns : rows);
            long along = tall ? rows : columns;
            long step = Math.max(1, slabElements / across);
            for (long from = 0; from < along; from += step) {
                long to = Math.min(from + step, along);
                try (TensorScope _ = TensorScope.open("slab")) {
                    if (tall) {
                        add(rowSlab(base, from, to), rowSlab(now, from, to), true);
                    } else {
                        add(columnSlab(base, from, to), columnSlab(now, from, to), false);
                    }
                }
            }
            if (strangeInBase + strangeNow > 0) {
                return new TensorChange.NotComparable(
                        now.name(),
                        Finding.NOT_FINITE,
                        strangeNow + " of " + rows * columns + " elements in the checkpoint and " + strangeInBase
                                + " in the base are not finite numbers");
            }
            return new TensorChange.Changed(
                    now.name(),
                    now.shape(),
                    base.dtype(),
                    now.dtype(),
                    Math.sqrt(squares),
                    Math.sqrt(baseSquares),
                    largest,
                    spectrum());
        }

        private void add(Tensor before, Tensor after, boolean tall) {
            strangeInBase += strange(before);
            strangeNow += strange(after);
            if (strangeInBase + strangeNow > 0 || before.numel() == 0) {
                return; // only counted from here on
            }
            Tensor update = after.sub(before);
            squares += square(update);
            baseSquares += square(before);
            largest = Math.max(largest, update.abs().max().item_double());
            if (gram != null) {
                // Added in place: the product of each slab would be a second matrix of this size.
                gram.addmm_(tall ? update.t() : update, tall ? update : update.t());
            }
        }

        private static double square(Tensor values) {
            return values.mul(values).sum().item_double();
        }

        private static long strange(Tensor values) {
            return values.numel() - torch.isfinite(values).sum().item_long();
        }

        private Tensor rowSlab(TensorData tensor, long from, long to) {
            long rowBytes = columns * tensor.dtype().bits() / Byte.SIZE;
            return wide(
                    tensor.dtype(),
                    to - from,
                    columns,
                    tensor.bytes().asSlice(from * rowBytes, (to - from) * rowBytes));
        }

        /** Some columns of all rows; they do not lie together, so they are copied row by row. */
        private Tensor columnSlab(TensorData tensor, long from, long to) {
            if (rows == 1) {
                long width = tensor.dtype().bits() / Byte.SIZE;
                return wide(tensor.dtype(), 1, to - from, tensor.bytes().asSlice(from * width, (to - from) * width));
            }
            Tensor all = TensorBytes.readColumns(tensor.dtype(), rows, columns, from, to, tensor.bytes());
            return all.to(ScalarType.Double);
        }

        private Tensor wide(Dtype dtype, long slabRows, long slabColumns, MemorySegment bytes) {
            return TensorBytes.read(dtype, List.of(slabRows, slabColumns), bytes)
                    .to(ScalarType.Double);
        }

        private Optional<Spectrum> spectrum() {
            if (gram == null || squares == 0) {
                return Optional.empty();
            }
            double[] eigenvalues = TensorBytes.doubles(torch.linalg_eigvalsh(gram)); // ascending
            double noise = eigenvalues[eigenvalues.length - 1] * eigenvalues.length * EPSILON;
            double[] singularValues = new double[eigenvalues.length];
            for (int index = 0; index < eigenvalues.length; index++) {
                singularValues[index] = eigenvalues[index] <= noise ? 0 : Math.sqrt(eigenvalues[index]);
            }
            return Optional.of(Spectrum.of(singularValues));
        }
    }
}
