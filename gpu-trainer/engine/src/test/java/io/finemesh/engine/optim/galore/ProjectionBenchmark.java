package io.finemesh.engine.optim.galore;

import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorScope;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What GaLore does to the gradient of one matrix of [side, 4 side] over 512 tokens: into the subspace, by factors and by way of the whole gradient; back to
 * the weights; and to a new basis, exactly and by subspace iteration from the one before. Run by {@code EngineBenchmarks}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ProjectionBenchmark {
    private static final long TOKENS = 512;
    private static final long SEED = 1;

    @Param({"256", "512"})
    public int side;

    @Param("64")
    public int rank;

    private MatrixGradient gradient;
    private Tensor input;
    private Tensor slope;
    private Tensor inBasis;
    private SubspaceRefresh exact;
    private SubspaceRefresh randomised;
    private Basis basis;

    @Setup(Level.Trial)
    public void prepare() {
        Backend.start(TinyModel.THREADS);
        GaloreSettings settings = GaloreSettings.reference(rank, 200, 0.25);
        exact = new SubspaceRefresh(settings);
        randomised = new SubspaceRefresh(settings.withRefresh(RefreshMethod.RANDOMISED, 1, false));
        try (TensorScope _ = TensorScope.open("benchmark's gradient")) {
            torch.manual_seed(SEED);
            input = TensorScope.own(torch.randn(TOKENS, 4L * side));
            slope = TensorScope.own(torch.randn(TOKENS, side));
            gradient = new MatrixGradient(List.of(new MatrixGradient.Term(input, slope)));
            basis = randomised.of(gradient, Optional.empty(), SEED).orElseThrow();
            inBasis = TensorScope.own(gradient.projected(basis.left(), basis.right()));
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        inBasis.close();
        basis.close();
        input.close();
        slope.close();
    }

    @Benchmark
    public long projectFactors() {
        try (TensorScope _ = TensorScope.open("benchmark")) {
            return gradient.projected(basis.left(), basis.right()).numel();
        }
    }

    /** What the reference does: the gradient first, then its projection. */
    @Benchmark
    public long projectWholeGradient() {
        try (TensorScope _ = TensorScope.open("benchmark")) {
            Tensor dense = gradient.dense();
            return (basis.left() == null
                            ? dense.mm(basis.right())
                            : basis.left().t().mm(dense))
                    .numel();
        }
    }

    @Benchmark
    public long projectBack() {
        try (TensorScope _ = TensorScope.open("benchmark")) {
            return basis.back(inBasis).numel();
        }
    }

    @Benchmark
    public void refreshExact() {
        exact.of(gradient, Optional.of(basis), SEED).orElseThrow().close();
    }

    @Benchmark
    public void refreshRandomised() {
        randomised.of(gradient, Optional.of(basis), SEED).orElseThrow().close();
    }
}
