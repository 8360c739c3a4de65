package io.finemesh.engine.optim.moment;

import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorScope;
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

/** Values to 8-bit codes and back; a million elements are a matrix of 1,024 by 1,024. Run by {@code EngineBenchmarks}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class QuantizeBenchmark {
    @Param({"65536", "1048576"})
    public long elements;

    @Param({"SIGNED", "UNSIGNED"})
    public DynamicMap map;

    private BlockwiseCodes codes;
    private Tensor values;

    @Setup(Level.Trial)
    public void prepare() {
        Backend.start(TinyModel.THREADS);
        codes = new BlockwiseCodes(map, elements);
        try (TensorScope _ = TensorScope.open("benchmark's values")) {
            torch.manual_seed(1);
            Tensor normal = torch.randn(elements);
            values = TensorScope.own(map == DynamicMap.UNSIGNED ? normal.square() : normal);
        }
        codes.write(values);
    }

    @TearDown(Level.Trial)
    public void close() {
        values.close();
        codes.close();
    }

    @Benchmark
    public void quantize() {
        codes.write(values);
    }

    @Benchmark
    public long dequantize() {
        try (TensorScope _ = TensorScope.open("benchmark")) {
            return codes.read().numel();
        }
    }
}
