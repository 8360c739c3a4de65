package io.finemesh.engine.optim.galore;

import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.SingularValues;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the subspace of the largest singular values of a gradient.
 *
 * <p>Each singular vector has its largest entry positive: the decomposition leaves signs open, libraries choose them differently, and moments that are kept
 * over a refresh depend on them.
 *
 * <p>The randomised way orthonormalises after each half step with Householder reflections. The cheaper Cholesky form fails on real gradients: their
 * spectra fall so fast that the squared condition number leaves the range of 32-bit floats.
 */
final class SubspaceRefresh {
    private static final Logger LOG = LoggerFactory.getLogger(SubspaceRefresh.class);
    /** More iterations where there is no basis to start from. */
    private static final int COLD_ITERATIONS = 3;

    private final int rank;
    private final ProjectionSide side;
    private final RefreshMethod method;
    private final int iterations;
    private final Precision precision;

    SubspaceRefresh(GaloreSettings settings) {
        this.rank = settings.rank();
        this.side = settings.side();
        this.method = settings.refresh();
        this.iterations = settings.powerIterations();
        this.precision = settings.basisPrecision();
    }

    /**
     * A basis for a gradient, or none if the gradient is not finite; then what was before stays.
     *
     * @param before the present basis, if there is one
     * @param seed of the random start
     */
    Optional<Basis> of(MatrixGradient gradient, Optional<Basis> before, long seed) {
        try (TensorScope _ = TensorScope.open("refresh");
                NoGradGuard _ = new NoGradGuard()) {
            if (!gradient.finite()) {
                return Optional.empty();
            }
            Basis basis =
                    switch (method) {
                        case EXACT -> exact(gradient, before, seed);
                        case RANDOMISED -> randomised(gradient, before, seed);
                    };
            if (!finite(basis)) {
                basis.close();
                return Optional.empty();
            }
            return Optional.of(basis);
        }
    }

    private static boolean finite(Basis basis) {
        boolean left =
                basis.left() == null || Double.isFinite(basis.left().sum().item_double());
        return left
                && (basis.right() == null || Double.isFinite(basis.right().sum().item_double()));
    }

    private Basis exact(MatrixGradient gradient, Optional<Basis> before, long seed) {
        Tensor dense = gradient.dense();
        T_TensorTensorTensor_T parts;
        try {
            parts = SingularValues.of(dense);
        } catch (RuntimeException failed) {
            // LAPACK says in this way that it did not converge.
            LOG.warn(
                    "singular value decomposition failed, subspace iteration is used instead: {}", failed.getMessage());
            return randomised(gradient, before, seed);
        }
        boolean left = side.left(dense.size(0), dense.size(1));
        boolean right = side.right(dense.size(0), dense.size(1));
        return Basis.of(
                left ? Optional.of(signed(parts.get0().narrow(1, 0, rank))) : Optional.empty(),
                right ? Optional.of(signed(parts.get2().narrow(0, 0, rank).t())) : Optional.empty(),
                precision);
    }

    private Basis randomised(MatrixGradient gradient, Optional<Basis> before, long seed) {
        MatrixGradient.Term first = gradient.terms().getFirst();
        long rows = first.slope().size(1);
        long columns = first.input().size(1);
        boolean left = side.left(rows, columns);
        boolean right = side.right(rows, columns);
        int steps = before.isPresent() ? iterations : iterations + COLD_ITERATIONS;
        Tensor q = before.map(Basis::right).orElse(null); // [n, r]
        Tensor p = before.map(Basis::left).orElse(null); // [m, r]
        if (q == null && p == null) {
            q = orthonormal(random(columns, seed));
        }
        for (int i = 0; i < steps; i++) {
            if (p == null) {
                p = orthonormal(gradient.times(q));
            }
            q = orthonormal(gradient.transposedTimes(p));
            p = left ? orthonormal(gradient.times(q)) : null;
        }
        return Basis.of(
                left ? Optional.of(alike(p, before.map(Basis::left))) : Optional.empty(),
                right ? Optional.of(alike(q, before.map(Basis::right))) : Optional.empty(),
                precision);
    }

    /** Columns signed so that each points where its predecessor did. */
    private static Tensor alike(Tensor columns, Optional<Tensor> before) {
        return before.map(old -> turned(columns, old.mul(columns).sum(0).unsqueeze(0)))
                .orElseGet(() -> signed(columns));
    }

    private Tensor random(long rows, long seed) {
        SplittableRandom generator = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(rows * rank)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) generator.nextGaussian();
        }
        return TensorBytes.floats(values, rows, rank);
    }

    private static Tensor orthonormal(Tensor thin) {
        return torch.linalg_qr(thin).get0();
    }

    /** Columns with their largest entry positive. */
    private static Tensor signed(Tensor columns) {
        Tensor largest = columns.abs().argmax(new LongOptional(0), true); // [1, r]
        return turned(columns, columns.gather(0, largest));
    }

    /** Columns times the sign of what stands above each, [1, r]; zero counts as positive. */
    private static Tensor turned(Tensor columns, Tensor signs) {
        return torch.where(signs.lt(new Scalar(0.0)), columns.neg(), columns);
    }
}
