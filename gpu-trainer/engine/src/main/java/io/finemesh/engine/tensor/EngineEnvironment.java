package io.finemesh.engine.tensor;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a launcher sets before it starts a Java process that trains or evaluates. None of it can be set from inside: native libraries read the variables
 * while they load, and the loader has read its path before {@code main} runs.
 *
 * <table>
 * <caption>Variables</caption>
 * <tr><th>variable</th><th>value</th><th>why</th></tr>
 * <tr><td>{@code LD_LIBRARY_PATH}</td><td>folder of the MKL build of LibTorch</td><td>found before the one inside the jars; absent folder: the jars'</td></tr>
 * <tr><td>{@code OMP_NUM_THREADS}</td><td>threads of one operation</td><td>part of the definition of a result: sums are split by thread</td></tr>
 * <tr><td>{@code GOMP_SPINCOUNT}</td><td>5000</td><td>waiting threads spin some tens of microseconds, then sleep: sleeping at once makes a step of a small model half as long again,
 * spinning without end takes the processor from those waited for</td></tr>
 * <tr><td>{@code MKL_DYNAMIC}</td><td>{@code FALSE}</td><td>MKL would otherwise choose fewer threads when it likes</td></tr>
 * <tr><td>{@code OPENBLAS_NUM_THREADS}</td><td>1 beside MKL, else the threads</td><td>the binding maps OpenBLAS too; its pool would only idle</td></tr>
 * </table>
 *
 * <p>{@code MKL_CBWR} is deliberately not among them. MKL needs it for repeatable results only where matrices lie at changing addresses modulo 64 bytes or the
 * number of threads changes; here every tensor starts on a 64-byte boundary and threads are fixed, and a test compares processes bit by bit. On AMD
 * processors the variable would turn off MKL's own kernels for them, and whole steps would take a third longer. Results are repeatable on one kind of
 * processor; from one kind to another the last bits differ.
 */
public final class EngineEnvironment {
    private EngineEnvironment() {}

    /**
     * Environment variables for the MKL build of LibTorch.
     *
     * @param libtorchFolder holds {@code libtorch.so} and {@code libtorch_cpu.so}
     * @param threads that share one operation, at least 1; a resumed run is bit-identical only with the same number
     */
    public static Map<String, String> variables(Path libtorchFolder, int threads) {
        Map<String, String> variables = new TreeMap<>(variables(threads));
        variables.put("LD_LIBRARY_PATH", libtorchFolder.toString());
        variables.put("OPENBLAS_NUM_THREADS", "1");
        return variables;
    }

    /** Environment variables where only the stock libraries inside the jars are at hand. */
    public static Map<String, String> variables(int threads) {
        return Map.of(
                "OMP_NUM_THREADS",
                Integer.toString(threads),
                "OPENBLAS_NUM_THREADS",
                Integer.toString(threads),
                "GOMP_SPINCOUNT",
                "5000",
                "MKL_DYNAMIC",
                "FALSE");
    }

    /** Flags of the Java machine: native access, library path first, no cap on physical memory (the engine's own plan is the cap). */
    public static List<String> javaFlags() {
        return List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.pathsFirst=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    }
}
