package io.finemesh.engine.optim.galore;

import io.finemesh.engine.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The gradient of one matrix over the rows of a batch, G = Σ dYᵀ X, [m, n], of which only products with thin matrices are formed unless it is asked for.
 *
 * @param terms one per row of the batch
 */
record MatrixGradient(List<Term> terms) {
    /**
     * One row's factors.
     *
     * @param input X, [T, n]
     * @param slope dY, [T, m]
     */
    record Term(Tensor input, Tensor slope) {
        /** The gradient in the coordinates of bases, any of which may be absent: (dY P)ᵀ (X Q). */
        Tensor projected(Tensor left, Tensor right) {
            Tensor ofSlope = left == null ? slope : slope.mm(left);
            Tensor ofInput = right == null ? input : input.mm(right);
            return ofSlope.t().mm(ofInput);
        }
    }

    MatrixGradient {
        terms = List.copyOf(terms);
    }

    /** Whether all factors are finite; a product of finite ones is too, short of overflow. */
    boolean finite() {
        try (TensorScope _ = TensorScope.open("finite")) {
            return terms.stream()
                    .allMatch(term -> Double.isFinite(term.input().sum().item_double())
                            && Double.isFinite(term.slope().sum().item_double()));
        }
    }

    /** Pᵀ G Q, or without an absent basis, in the innermost scope. */
    Tensor projected(Tensor left, Tensor right) {
        try (TensorScope scope = TensorScope.open("projected gradient")) {
            Tensor sum = null;
            for (Term term : terms) {
                Tensor of = term.projected(left, right);
                sum = sum == null ? of : sum.add_(of);
            }
            return scope.keep(sum);
        }
    }

    /** G itself, [m, n], in the innermost scope. */
    Tensor dense() {
        return projected(null, null);
    }

    /** G Z for a thin Z, [n, r]. */
    Tensor times(Tensor thin) {
        return projected(null, thin);
    }

    /** Gᵀ Z for a thin Z, [m, r]. */
    Tensor transposedTimes(Tensor thin) {
        try (TensorScope scope = TensorScope.open("product with a transposed gradient")) {
            Tensor sum = null;
            for (Term term : terms) {
                Tensor of = term.input().t().mm(term.slope().mm(thin));
                sum = sum == null ? of : sum.add_(of);
            }
            return scope.keep(sum);
        }
    }
}
