package io.finemesh.engine.optim.galore;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.moment.Moments;
import io.finemesh.engine.optim.precision.StochasticRounding;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import io.finemesh.plan.schedule.SubspaceSchedule;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One matrix whose gradient is projected: its basis, its moments in the coordinates of the basis, when the basis is next refreshed, and what the present
 * step has gathered. Nothing lasting changes before {@link #update}: a step can be dropped at any point.
 */
final class ProjectedMatrix implements AutoCloseable {
    private static final String COUNTERS = "galore_counters.";
    private static final String RESIDUAL_NORM = "residual_norm.";
    private static final int COUNTER_COUNT = 6;
    /** Fira's limiter: the residual's norm grows by at most this factor from update to update. */
    private static final double MOST_GROWTH = 1.01;

    private static final double DIVISION_GUARD = 1e-8;

    private final GroupLayout.Part part;
    private final long rows;
    private final long columns;
    private final GaloreSettings settings;
    private final SubspaceSchedule schedule;
    private final int index;
    private final SubspaceRefresh refresh;
    private final Moments moments;
    private final long seed;
    private Basis basis; // null before the first update
    private long updates;
    private long nextRefresh;
    private long interval;
    private long sinceRefresh;
    private long refreshes;
    private double residualNorm = Double.NaN;

    // Of the present step:
    private final List<MatrixGradient.Term> terms = new ArrayList<>();
    private Tensor projected; // R, summed over rows
    private Basis pending;
    private Tensor norm; // of what was gathered; null if the first gradient is not finite

    ProjectedMatrix(
            GroupLayout.Part part,
            GaloreSettings settings,
            AdamHyperparameters adam,
            SubspaceSchedule schedule,
            int index,
            long seed) {
        this.part = part;
        this.rows = part.shape().get(0);
        this.columns = part.shape().get(1);
        this.settings = settings;
        this.schedule = schedule;
        this.index = index;
        this.seed = seed;
        this.refresh = new SubspaceRefresh(settings);
        this.interval = settings.updateInterval();
        this.moments = Moments.of(
                settings.moments(),
                adam,
                settings.epsilon(),
                settings.side().left(rows, columns) ? settings.rank() : rows,
                settings.side().right(rows, columns) ? settings.rank() : columns);
    }

    /** First row in the stack of its slot. */
    long firstRow() {
        return part.firstRow();
    }

    /** Number of rows. */
    long rows() {
        return rows;
    }

    /** Whether the next update needs a new basis. */
    boolean due() {
        return basis == null || updates >= nextRefresh;
    }

    /**
     * Takes one row's factors.
     *
     * @param whole whether they are kept until {@link #complete}, because more than the projection will be asked for
     */
    void add(Tensor input, Tensor slopeOfSlot, boolean whole) {
        try (TensorScope _ = TensorScope.open(part.name());
                NoGradGuard _ = new NoGradGuard()) {
            Tensor slope = slopeOfSlot.narrow(1, part.firstRow(), rows);
            if (whole) {
                terms.add(new MatrixGradient.Term(
                        TensorScope.own(new Tensor(input)), TensorScope.own(new Tensor(slope))));
                return;
            }
            Tensor row = new MatrixGradient.Term(input, slope).projected(basis.left(), basis.right());
            if (projected == null) {
                projected = TensorScope.own(row);
            } else {
                projected.add_(row);
            }
        }
    }

    /** Computes what the update will need, once all rows have been added, and frees their factors. @param fullNorm whether the norm is the gradient's own */
    void complete(boolean fullNorm) {
        try (TensorScope _ = TensorScope.open(part.name());
                NoGradGuard _ = new NoGradGuard()) {
            if (!terms.isEmpty()) {
                MatrixGradient gradient = new MatrixGradient(terms);
                if (due()) {
                    pending = refresh.of(
                                    gradient,
                                    Optional.ofNullable(basis),
                                    StochasticRounding.key(seed, refreshes, part.name()))
                            .orElse(null);
                }
                Basis used = pending == null ? basis : pending;
                if (used == null) {
                    // The first gradient is not finite: the step will be skipped.
                    return;
                }
                projected = TensorScope.own(gradient.projected(used.left(), used.right()));
                norm = TensorScope.own((fullNorm ? gradient.dense() : projected).norm());
            } else {
                norm = TensorScope.own(projected.norm());
            }
        } finally {
            clearTerms();
        }
    }

    /** Norm of the whole gradient only, for the first of two visits. */
    void measure() {
        try (TensorScope _ = TensorScope.open(part.name());
                NoGradGuard _ = new NoGradGuard()) {
            norm = TensorScope.own(new MatrixGradient(terms).dense().norm());
        } finally {
            clearTerms();
        }
    }

    /** Squared norms of what each matrix has gathered; NaN where that is nothing finite. They are fetched together: a device is waited for once. */
    static double[] squaredNorms(List<ProjectedMatrix> matrices) {
        try (TensorScope _ = TensorScope.open("squared norms");
                NoGradGuard _ = new NoGradGuard()) {
            TensorVector found = new TensorVector();
            matrices.stream().filter(matrix -> matrix.norm != null).forEach(matrix -> found.push_back(matrix.norm));
            float[] norms = found.empty() ? new float[0] : TensorBytes.floats(torch.stack(found));
            double[] squares = new double[matrices.size()];
            int next = 0;
            for (int m = 0; m < squares.length; m++) {
                double norm = matrices.get(m).norm == null ? Double.NaN : norms[next++];
                squares[m] = norm * norm;
            }
            return squares;
        }
    }

    /**
     * Updates the matrix with what was gathered.
     *
     * @param weights [rows, columns] 32-bit floats, changed in place
     */
    void update(Tensor weights, double learningRate, double gradientScale) {
        update(weights, learningRate, gradientScale, null);
    }

    /** The same from factors just added, with the part outside the subspace. */
    void updateWithResidual(Tensor weights, double learningRate, double gradientScale) {
        try (TensorScope _ = TensorScope.open("residual of " + part.name());
                NoGradGuard _ = new NoGradGuard()) {
            Tensor dense = new MatrixGradient(terms).dense();
            complete(false);
            update(weights, learningRate, gradientScale, dense.mul_(new Scalar(gradientScale)));
        }
    }

    private void update(Tensor weights, double learningRate, double gradientScale, Tensor dense) {
        try (TensorScope _ = TensorScope.open("update of " + part.name());
                NoGradGuard _ = new NoGradGuard()) {
            commitBasis();
            if (gradientScale != 1) {
                projected.mul_(new Scalar(gradientScale));
            }
            Tensor direction = moments.direction(projected);
            double rate = learningRate * rewarmed();
            weights.sub_(basis.back(direction), new Scalar(rate * settings.scale()));
            if (dense != null) {
                weights.sub_(residual(dense, direction), new Scalar(rate * moments.correction()));
            }
            updates++;
            sinceRefresh++;
        } finally {
            discard();
        }
    }

    private void commitBasis() {
        if (!due()) {
            return;
        }
        if (pending != null) {
            if (basis != null) {
                settings.adaptive().ifPresent(adaptive -> interval = adaptive.next(interval, basis.overlap(pending)));
                transport();
                basis.close();
            }
            basis = pending;
            pending = null;
            sinceRefresh = 0;
            refreshes++;
        }
        nextRefresh = schedule.nextRefresh(index, updates, interval);
    }

    private void transport() {
        switch (settings.transport()) {
            case KEPT -> {}
            case ROTATED ->
                moments.transform(
                        first -> pending.rotated(first, basis, false), second -> pending.rotated(second, basis, true));
            case RESET -> moments.reset();
        }
    }

    /** Factor of the rate while it rises again after a refresh; the first basis is no refresh. */
    private double rewarmed() {
        return refreshes <= 1 || sinceRefresh >= settings.rewarmSteps()
                ? 1
                : (sinceRefresh + 1.0) / (settings.rewarmSteps() + 1.0);
    }

    /** (G - scale P R) φ with φ = ‖N‖ / ‖R‖ by column of the long side, its norm growing by at most 1 % from update to update (Fira). */
    private Tensor residual(Tensor dense, Tensor direction) {
        long[] rankDimension = {settings.side().left(rows, columns) ? 0 : 1};
        Tensor lengths = direction
                .norm(new ScalarOptional(new Scalar(2)), rankDimension, true)
                .div_(new Scalar(moments.correction()));
        Tensor factors = lengths.div_(projected
                .norm(new ScalarOptional(new Scalar(2)), rankDimension, true)
                .add_(new Scalar(DIVISION_GUARD)));
        Tensor residual =
                dense.sub(basis.back(projected), new Scalar(settings.scale())).mul_(factors);
        double norm = residual.norm().item_double();
        if (!Double.isNaN(residualNorm)) {
            double limiter = Math.max(norm / (residualNorm + DIVISION_GUARD), MOST_GROWTH) / MOST_GROWTH;
            residual.div_(new Scalar(limiter));
            norm /= limiter;
        }
        residualNorm = norm;
        return residual;
    }

    /** Forgets what the present step has gathered. */
    void discard() {
        clearTerms();
        if (norm != null) {
            norm.close();
            norm = null;
        }
        if (projected != null) {
            projected.close();
            projected = null;
        }
        if (pending != null) {
            pending.close();
            pending = null;
        }
    }

    private void clearTerms() {
        terms.forEach(term -> {
            term.input().close();
            term.slope().close();
        });
        terms.clear();
    }

    /** Copies of all state. */
    List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>(moments.export(part.name()));
        if (basis != null) {
            tensors.addAll(basis.export(part.name()));
        }
        long[] counters = {updates, nextRefresh, interval, sinceRefresh, refreshes, moments.updates()};
        tensors.add(new TensorData(COUNTERS + part.name(), Dtype.I64, List.of((long) COUNTER_COUNT), bytes(counters)));
        if (settings.residual()) {
            long[] bits = {Double.doubleToRawLongBits(residualNorm)};
            tensors.add(new TensorData(RESIDUAL_NORM + part.name(), Dtype.F64, List.of(1L), bytes(bits)));
        }
        return tensors;
    }

    private static MemorySegment bytes(long[] values) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[values.length * Long.BYTES]);
        for (int i = 0; i < values.length; i++) {
            bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, (long) i * Long.BYTES, values[i]);
        }
        return bytes;
    }

    /** Takes over what {@link #export} gave. */
    void restore(TensorSource saved) {
        MemorySegment counters = saved.data(COUNTERS + part.name()).bytes();
        updates = counter(counters, 0);
        nextRefresh = counter(counters, 1);
        interval = counter(counters, 2);
        sinceRefresh = counter(counters, 3);
        refreshes = counter(counters, 4);
        moments.restore(saved, part.name(), counter(counters, 5));
        if (refreshes > 0) {
            basis = Basis.restore(saved, part.name(), settings.basisPrecision());
        }
        if (settings.residual()) {
            residualNorm = Double.longBitsToDouble(
                    counter(saved.data(RESIDUAL_NORM + part.name()).bytes(), 0));
        }
    }

    private static long counter(MemorySegment counters, int at) {
        return counters.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) at * Long.BYTES);
    }

    /** Bytes of native memory that last from step to step. */
    long bytes() {
        return moments.bytes() + (basis == null ? 0 : basis.bytes());
    }

    /** Basis refreshes so far, the first basis included. */
    long refreshes() {
        return refreshes;
    }

    /** The present basis, if there is one. */
    Optional<Basis> basis() {
        return Optional.ofNullable(basis);
    }

    @Override
    public void close() {
        discard();
        moments.close();
        if (basis != null) {
            basis.close();
        }
    }
}
