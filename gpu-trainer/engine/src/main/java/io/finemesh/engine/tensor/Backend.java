package io.finemesh.engine.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads LibTorch once per process and says which build it got. {@link EngineEnvironment} lists what must be set before the process starts.
 */
public final class Backend {
    private static final Logger LOG = LoggerFactory.getLogger(Backend.class);
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static BackendReport report;

    private Backend() {}

    /**
     * Loads the native libraries and fixes the number of threads. Calling it again with the same number is free; another number is refused, since
     * results depend on it.
     *
     * @param threads that share one operation, at least 1
     */
    public static synchronized BackendReport start(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("arithmetic needs at least 1 thread, got " + threads);
        }
        if (report == null) {
            Loader.load(torch.class);
            torch.set_num_threads(threads);
            report = describe(threads);
            LOG.info(report.summary());
            report.notices().forEach(LOG::warn);
        } else if (report.threads() != threads) {
            throw new IllegalStateException("arithmetic was started with " + report.threads() + " threads; " + threads
                    + " were asked for now. A process uses one number, because sums are split by thread");
        }
        return report;
    }

    private static BackendReport describe(int threads) {
        String build = buildDescription();
        String blas = firstGroup(build, "BLAS_INFO=(\\w+)")
                .filter("mkl"::equals)
                .findFirst()
                .orElse("openblas");
        String library = mappedLibrary("libtorch_cpu.so");
        List<String> notices = new ArrayList<>();
        if (!blas.equals("mkl")) {
            notices.add(
                    "LibTorch computes with OpenBLAS, whose threads fight with OpenMP's: whole steps take 1.3 to 2.3 times as long. "
                            + "Put the folder of the MKL build first on LD_LIBRARY_PATH and set -Dorg.bytedeco.javacpp.pathsFirst=true");
        }
        if (Pointer.maxPhysicalBytes() != 0) {
            notices.add(
                    "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 is not set: allocations will stall when the process reaches "
                            + Pointer.formatBytes(Pointer.maxPhysicalBytes()));
        }
        Device host = new Device(Device.Kind.CPU, 0, processorName(), Pointer.totalPhysicalBytes());
        return new BackendReport(
                blas,
                library,
                firstGroup(build, "TORCH_VERSION=([0-9.]+)").findFirst().orElse("unknown"),
                firstGroup(build, "CPU capability usage: (\\w+)").findFirst().orElse("unknown"),
                threads,
                List.of(host),
                notices);
    }

    private static String buildDescription() {
        try (BytePointer text = torch.show_config()) {
            return text.getString();
        }
    }

    private static Stream<String> firstGroup(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? Stream.of(matcher.group(1)) : Stream.empty();
    }

    private static String mappedLibrary(String fileName) {
        return lines(MAPS)
                .filter(line -> line.endsWith("/" + fileName))
                .map(line -> line.substring(line.indexOf('/')))
                .findFirst()
                .orElse("unknown");
    }

    private static String processorName() {
        return lines(Path.of("/proc/cpuinfo"))
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static Stream<String> lines(Path file) {
        if (!Files.isReadable(file)) {
            return Stream.empty();
        }
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
