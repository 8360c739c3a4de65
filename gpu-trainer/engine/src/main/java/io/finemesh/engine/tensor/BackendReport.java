package io.finemesh.engine.tensor;

import java.util.List;

/**
 * What does the arithmetic in this process.
 *
 * @param blas the linear algebra library inside or beside LibTorch: {@code mkl} or {@code openblas}
 * @param libraryPath file of the LibTorch library that is mapped into the process
 * @param libtorchVersion such as {@code 2.7.1}
 * @param cpuCapability the instruction set its kernels use, such as {@code AVX2}
 * @param threads that share one operation
 * @param devices usable, the host first
 * @param notices what a person should know: for instance that the slower of two builds is in use, and how to get the other
 */
public record BackendReport(
        String blas,
        String libraryPath,
        String libtorchVersion,
        String cpuCapability,
        int threads,
        List<Device> devices,
        List<String> notices) {

    public BackendReport {
        devices = List.copyOf(devices);
        notices = List.copyOf(notices);
    }

    /** The figures of the process now, not at start. */
    public NativeMemory memory() {
        return NativeMemory.now();
    }

    /** One line for a log. */
    public String summary() {
        return "LibTorch " + libtorchVersion + " with " + blas + " (" + cpuCapability + ", " + threads
                + " threads) from " + libraryPath;
    }
}
