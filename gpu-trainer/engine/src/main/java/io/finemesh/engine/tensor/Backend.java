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
    private static final String DEVICE = "finemesh.device";
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static BackendReport report;

    private Backend() {}

    /** {@link #start(int, DevicePreference)} on the device the system property {@value #DEVICE} names, so that the engine's own tests can be run on any; without it, on the host's processor. */
    public static BackendReport start(int threads) {
        return start(threads, DevicePreference.parse(System.getProperty(DEVICE, "cpu")));
    }

    /**
     * Loads the native libraries, fixes the number of threads and the device. Calling it again with the same number is free and changes nothing, whatever the
     * preference; another number is refused, since results depend on it.
     *
     * @param threads that share one operation on the host, at least 1
     * @param preference where tensors live from now on
     * @throws IllegalStateException if a CUDA device is asked for and cannot be had, with the reason
     */
    public static synchronized BackendReport start(int threads, DevicePreference preference) {
        if (threads < 1) {
            throw new IllegalArgumentException("arithmetic needs at least 1 thread, got " + threads);
        }
        if (report == null) {
            Loader.load(torch.class);
            torch.set_num_threads(threads);
            Device compute = choose(preference);
            report = describe(threads, compute);
            Placement.on(compute);
            LOG.info(report.summary());
            report.notices().forEach(LOG::warn);
        } else if (report.threads() != threads) {
            throw new IllegalStateException("arithmetic was started with " + report.threads() + " threads; " + threads
                    + " were asked for now. A process uses one number, because sums are split by thread");
        }
        return report;
    }

    private static Device choose(DevicePreference preference) {
        return switch (preference) {
            case DevicePreference.Processor() -> host();
            case DevicePreference.Automatic() -> {
                CudaDevices.Found found = CudaDevices.find();
                if (found.devices().isEmpty()) {
                    LOG.info("computing on the processor: {}", found.reason());
                    yield host();
                }
                yield selected(found.devices().getFirst());
            }
            case DevicePreference.Cuda(int index) -> {
                CudaDevices.Found found = CudaDevices.find();
                if (index >= found.devices().size()) {
                    throw new IllegalStateException("device " + preference + " was asked for, but "
                            + (found.devices().isEmpty()
                                    ? found.reason()
                                    : "there are " + found.devices().size() + ": "
                                            + found.devices().stream()
                                                    .map(Device::name)
                                                    .toList())
                            + "; allowed without it: cpu, auto");
                }
                yield selected(found.devices().get(index));
            }
        };
    }

    private static Device selected(Device device) {
        CudaDevices.select(device);
        return device;
    }

    private static Device host() {
        return new Device(Device.Kind.CPU, 0, processorName(), Pointer.totalPhysicalBytes(), "");
    }

    private static BackendReport describe(int threads, Device compute) {
        String build = buildDescription();
        String blas = firstGroup(build, "BLAS_INFO=(\\w+)")
                .filter("mkl"::equals)
                .findFirst()
                .orElse("openblas");
        String library = mappedLibrary("libtorch_cpu.so");
        List<String> notices = new ArrayList<>();
        if (!blas.equals("mkl") && compute.kind() == Device.Kind.CPU) {
            notices.add(
                    "LibTorch computes with OpenBLAS, whose threads fight with OpenMP's: whole steps take 1.3 to 2.3 times as long. "
                            + "Put the folder of the MKL build first on LD_LIBRARY_PATH and set -Dorg.bytedeco.javacpp.pathsFirst=true");
        }
        if (Pointer.maxPhysicalBytes() != 0) {
            notices.add(
                    "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 is not set: allocations will stall when the process reaches "
                            + Pointer.formatBytes(Pointer.maxPhysicalBytes()));
        }
        return new BackendReport(
                blas,
                library,
                firstGroup(build, "TORCH_VERSION=([0-9.]+)").findFirst().orElse("unknown"),
                firstGroup(build, "CPU capability usage: (\\w+)").findFirst().orElse("unknown"),
                threads,
                compute,
                notices);
    }

    /** Whether the host's processor computes, as it does before {@link #start}. */
    public static boolean onHost() {
        return Placement.onHost();
    }

    /**
     * Prepares a device for the products of a model. With weights stored in bf16, products of 32-bit floats (loss, projections) are taken with 10 bits of
     * mantissa (TF32): weights have 7, so they lose nothing. With 32-bit weights they are exact. The host has no such choice. One setting serves the process: whoever
     * begins to compute with a model calls this first.
     */
    public static void multiplyFor(Precision storage) {
        if (!onHost()) {
            torch.globalContext().setAllowTF32CuBLAS(storage == Precision.BF16);
        }
    }

    /** Waits until the device has done what it was given, as a clock must. The host has always done it. */
    public static void synchronize() {
        if (!Placement.onHost()) {
            torch.cuda_synchronize();
        }
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
