package io.finemesh.engine.data;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Documents of mixed lengths into rows: a batch, and a whole data set at once. Run by {@code EngineBenchmarks}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PackingBenchmark {
    private static final int ROW_TOKENS = 2048;

    @Param({"64", "50000"})
    public int documents;

    private int[] lengths;

    @Setup(Level.Trial)
    public void prepare() {
        Random random = new Random(1);
        // Instruction data is mostly short, with a long tail.
        lengths = random.doubles(documents)
                .mapToInt(uniform -> (int) Math.min(ROW_TOKENS, 16 + 60 * -Math.log1p(-uniform) * 3))
                .toArray();
    }

    @Benchmark
    public List<List<Integer>> pack() {
        return RowPacker.pack(lengths, ROW_TOKENS);
    }
}
