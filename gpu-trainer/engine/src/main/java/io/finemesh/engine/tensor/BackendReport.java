package io.finemesh.engine.tensor;

import java.util.List;
import java.util.Optional;

/**
 * What does the arithmetic in this process.
 *
 * @param blas the linear algebra library inside or beside LibTorch: {@code mkl} or {@code openblas}
 * @param libraryPath file of the LibTorch library that is mapped into the process
 * @param libtorchVersion such as {@code 2.7.1}
 * @param cpuCapability the instruction set its kernels use, such as {@code AVX2}
 * @param threads that share one operation
 * @param compute the device of all tensors
 * @param notices what a person should know: for instance that the slower of two builds is in use, and how to get the other
 */
public record BackendReport(
        String blas,
        String libraryPath,
        String libtorchVersion,
        String cpuCapability,
        int threads,
        Device compute,
        List<String> notices) {

    public BackendReport {
        notices = List.copyOf(notices);
    }

    /** The figures of the process now, not at start. */
    public NativeMemory memory() {
        return NativeMemory.now();
    }

    /** What the computing device's allocator holds now; absent where the host computes, whose figures {@link #memory} has. */
    public Optional<DeviceMemory> deviceMemory() {
        return switch (compute.kind()) {
            case CPU -> Optional.empty();
            case CUDA -> Optional.of(CudaDevices.memory(compute));
        };
    }

    /** One line for a log. */
    public String summary() {
        return "LibTorch " + libtorchVersion + " with " + blas + " (" + cpuCapability + ", " + threads
                + " threads) from " + libraryPath
                + switch (compute.kind()) {
                    case CPU -> "";
                    case CUDA ->
                        ", computing on " + compute.name() + " (cuda:" + compute.index() + ", " + compute.architecture()
                                + ", " + (compute.memoryBytes() >> 20) + " MiB)";
                };
    }
}
