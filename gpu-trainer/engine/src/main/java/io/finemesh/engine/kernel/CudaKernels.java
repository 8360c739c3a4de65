package io.finemesh.engine.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.TensorOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels of a device that have proven themselves at start.
 *
 * <p>Start-up compiles every source for the device, loads it, runs {@link KernelSelfTest}, and says each verdict once in the log: loudly when one is wrong. The
 * verdicts stay here for the health page.
 */
public final class CudaKernels implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CudaKernels.class);

    private final Optional<CudaLauncher> launcher;
    private final List<KernelVerdict> verdicts;

    private CudaKernels(Optional<CudaLauncher> launcher, List<KernelVerdict> verdicts) {
        this.launcher = launcher;
        this.verdicts = List.copyOf(verdicts);
    }

    /**
     * Compiles, loads and tests; never fails, for everything has a composition.
     *
     * @param architecture of the device, such as {@code sm_89}
     * @param maps of 8-bit codes, on the device
     * @param floats fp32 on the device
     */
    public static CudaKernels start(String architecture, CodeMaps maps, TensorOptions floats) {
        CudaLauncher launcher = null;
        List<KernelVerdict> verdicts;
        try {
            List<KernelCompiler.Compiled> compiled = new ArrayList<>();
            for (KernelSource source : KernelSource.values()) {
                compiled.add(KernelCompiler.compile(source, architecture));
            }
            launcher = new CudaLauncher(compiled);
            verdicts = new KernelSelfTest(new FusedKernels(launcher), maps, floats).run();
        } catch (KernelException | LinkageError unusable) {
            verdicts = allUnavailable(unusable.getMessage());
        }
        say(verdicts);
        return new CudaKernels(Optional.ofNullable(launcher), verdicts);
    }

    /** One per kernel, for the health page. */
    public List<KernelVerdict> verdicts() {
        return verdicts;
    }

    /** The kernels, when all that a caller needs are trusted. */
    public Optional<FusedKernels> trusted(Set<String> functions) {
        Set<String> good = trustedAmong(verdicts);
        return good.containsAll(functions) ? launcher.map(FusedKernels::new) : Optional.empty();
    }

    static Set<String> trustedAmong(List<KernelVerdict> verdicts) {
        return verdicts.stream()
                .filter(verdict -> switch (verdict) {
                    case KernelVerdict.Trusted _ -> true;
                    case KernelVerdict.Mismatch _, KernelVerdict.Unavailable _ -> false;
                })
                .map(KernelVerdict::function)
                .collect(Collectors.toSet());
    }

    private static List<KernelVerdict> allUnavailable(String reason) {
        List<KernelVerdict> verdicts = new ArrayList<>();
        for (KernelSource source : KernelSource.values()) {
            for (String function : source.functions()) {
                verdicts.add(new KernelVerdict.Unavailable(function, reason));
            }
        }
        return verdicts;
    }

    private static void say(List<KernelVerdict> verdicts) {
        for (KernelVerdict verdict : verdicts) {
            switch (verdict) {
                case KernelVerdict.Trusted trusted -> LOG.info(trusted.summary());
                case KernelVerdict.Mismatch mismatch -> LOG.error(mismatch.summary());
                case KernelVerdict.Unavailable unavailable -> LOG.warn(unavailable.summary());
            }
        }
    }

    @Override
    public void close() {
        launcher.ifPresent(CudaLauncher::close);
    }
}
