package io.finemesh.engine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/** Finds CUDA devices, and asks LibTorch what it has taken of their memory. Without the libraries of the {@code cuda} profile, or without a driver, there are none, and a reason. */
final class CudaDevices {
    private static final String CUDA_BUILD = "/org/bytedeco/pytorch/linux-x86_64-gpu/libtorch_cuda.so";
    private static final List<String> THE_MACHINES_OWN = List.of(
            "libcuda.so.1",
            "libcublas.so.12",
            "libcublasLt.so.12",
            "libcusolver.so.11",
            "libcusparse.so.12",
            "libcudnn.so.9");

    private CudaDevices() {}

    /**
     * What was found.
     *
     * @param devices usable ones, in the driver's order
     * @param reason why there are none; empty when there are
     */
    record Found(List<Device> devices, String reason) {
        Found {
            devices = List.copyOf(devices);
        }

        private static Found none(String reason) {
            return new Found(List.of(), reason);
        }
    }

    /** Looks for devices; never fails. LibTorch has been loaded. */
    static Found find() {
        if (!torch.hasCUDA()) {
            return Found.none(
                    CudaDevices.class.getResource(CUDA_BUILD) == null
                            ? "this build computes on processors only; build with FINEMESH_DEVICE=cuda (profile cuda) for NVIDIA devices; docs/gpu.md says more"
                            : "LibTorch for CUDA is in this build, but could not be loaded: not on the library path are "
                                    + missing() + "; docs/gpu.md says what the machine must bring");
        }
        try {
            Loader.load(torch_cuda.class);
            int count = torch_cuda.device_count();
            if (count == 0) {
                return Found.none("the CUDA driver is missing or sees no device; nvidia-smi says more");
            }
            List<Device> devices = new ArrayList<>();
            for (int index = 0; index < count; index++) {
                devices.add(describe(index));
            }
            return new Found(devices, "");
        } catch (UnsatisfiedLinkError | NoClassDefFoundError missing) {
            return Found.none(
                    "a CUDA library is missing: " + missing.getMessage()
                            + "; the profile cuda needs cuBLAS, cuSOLVER, cuSPARSE, cuFFT, cuRAND and cuPTI of CUDA 12 and cuDNN 9 on the library path");
        } catch (RuntimeException driver) {
            return Found.none("the CUDA driver says: " + driver.getMessage());
        }
    }

    /** Libraries that the build does not bring and the loader does not find. */
    // "restricted": the libraries are opened to see whether they are there; nothing of them is called.
    @SuppressWarnings("restricted")
    private static List<String> missing() {
        List<String> missing = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (String library : THE_MACHINES_OWN) {
                try {
                    SymbolLookup.libraryLookup(library, arena);
                } catch (IllegalArgumentException absent) {
                    missing.add(library);
                }
            }
        }
        return missing;
    }

    private static Device describe(int index) {
        cudaDeviceProp properties = torch_cuda.getDeviceProperties((byte) index);
        return new Device(
                Device.Kind.CUDA,
                index,
                properties.name().getString(),
                properties.totalGlobalMem(),
                "sm_" + properties.major() + properties.minor());
    }

    /** Makes a device the calling thread's, for what names none: kernels of our own, waiting. Tensors name theirs. */
    static void select(Device device) {
        torch_cuda.set_device((byte) device.index());
    }

    /** What LibTorch's allocator holds of a device now. */
    static DeviceMemory memory(Device device) {
        try (TensorScope _ = TensorScope.open("device memory")) {
            DeviceStats stats = torch_cuda.getAllocator().getDeviceStats((byte) device.index());
            return new DeviceMemory(
                    stats.allocated_bytes().current(),
                    stats.allocated_bytes().peak(),
                    stats.reserved_bytes().peak());
        }
    }
}
