package io.finemesh.engine.optim.galore;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The subspace a gradient is projected on: orthonormal columns on its left side, its right side, or both. Owns native memory until closed. */
final class Basis implements AutoCloseable {
    private static final String LEFT = "basis_left.";
    private static final String RIGHT = "basis_right.";

    private final Tensor left; // P, [m, r]; null if the left side is not projected
    private final Tensor right; // Q, [n, r]; null if the right side is not projected

    private Basis(Tensor left, Tensor right) {
        this.left = left;
        this.right = right;
    }

    /** Holds copies of the given sides in a precision. */
    static Basis of(Optional<Tensor> left, Optional<Tensor> right, Precision precision) {
        return new Basis(
                left.map(side -> held(side, precision)).orElse(null),
                right.map(side -> held(side, precision)).orElse(null));
    }

    private static Tensor held(Tensor side, Precision precision) {
        try (TensorScope _ = TensorScope.open("basis");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor copy = TensorBytes.empty(precision.scalarType(), side.size(0), side.size(1));
            copy.copy_(side);
            return TensorScope.own(copy);
        }
    }

    /** Takes over what {@link #export} gave. */
    static Basis restore(TensorSource source, String name, Precision precision) {
        try (TensorScope _ = TensorScope.open(name)) {
            return of(saved(source, LEFT + name), saved(source, RIGHT + name), precision);
        }
    }

    private static Optional<Tensor> saved(TensorSource source, String name) {
        return source.find(name).map(_ -> {
            TensorData data = source.data(name);
            return TensorBytes.read(data.dtype(), data.shape(), data.bytes());
        });
    }

    /** P as 32-bit floats in the innermost scope; null if the left side is not projected. */
    Tensor left() {
        return wide(left);
    }

    /** Q as 32-bit floats in the innermost scope; null if the right side is not projected. */
    Tensor right() {
        return wide(right);
    }

    private static Tensor wide(Tensor side) {
        return side == null || side.scalar_type().intern() == ScalarType.Float ? side : side.to(ScalarType.Float);
    }

    /** From the coordinates of the basis to those of the weights, in the innermost scope. */
    Tensor back(Tensor inBasis) {
        try (TensorScope scope = TensorScope.open("projected back");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor result = left == null ? inBasis : left().mm(inBasis);
            return scope.keep(right == null ? result : result.mm(right().t()));
        }
    }

    /** How much of this basis another one spans: ‖P_oldᵀ P_new‖²_F / r, the mean of both sides if there are two; 0 to 1. */
    double overlap(Basis other) {
        try (TensorScope _ = TensorScope.open("overlap");
                NoGradGuard _ = new NoGradGuard()) {
            double sum = 0;
            int sides = 0;
            if (left != null) {
                sum += overlap(left(), other.left());
                sides++;
            }
            if (right != null) {
                sum += overlap(right(), other.right());
                sides++;
            }
            return sum / sides;
        }
    }

    private static double overlap(Tensor before, Tensor after) {
        double norm = before.t().mm(after).norm().item_double();
        return norm * norm / before.size(1);
    }

    /** Moments from another basis' coordinates to this one's; {@code squared} for second moments. In the innermost scope. */
    Tensor rotated(Tensor moments, Basis from, boolean squared) {
        Tensor result = moments;
        if (left != null) {
            Tensor turn = left().t().mm(from.left()); // [r, r]
            result = (squared ? turn.mul(turn) : turn).mm(result);
        }
        if (right != null) {
            Tensor turn = from.right().t().mm(right()); // [r, r]
            result = result.mm(squared ? turn.mul(turn) : turn);
        }
        return result;
    }

    /** Copies, named after a weight. */
    List<TensorData> export(String name) {
        List<TensorData> tensors = new ArrayList<>();
        if (left != null) {
            tensors.add(data(LEFT + name, left));
        }
        if (right != null) {
            tensors.add(data(RIGHT + name, right));
        }
        return tensors;
    }

    private static TensorData data(String name, Tensor side) {
        Dtype dtype = side.element_size() == Precision.BF16.bytesPerElement() ? Dtype.BF16 : Dtype.F32;
        return new TensorData(name, dtype, List.of(side.size(0), side.size(1)), TensorBytes.write(side));
    }

    /** Bytes of native memory. */
    long bytes() {
        return (left == null ? 0 : left.nbytes()) + (right == null ? 0 : right.nbytes());
    }

    @Override
    public void close() {
        if (left != null) {
            left.close();
        }
        if (right != null) {
            right.close();
        }
    }
}
