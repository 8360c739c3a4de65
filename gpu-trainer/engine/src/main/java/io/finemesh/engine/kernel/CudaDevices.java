package io.finemesh.engine.kernel;

import io.finemesh.engine.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;

/** Finds CUDA devices. Without the libraries of the {@code cuda} profile, or without a driver, there are none, and a reason. */
public final class CudaDevices {
    private CudaDevices() {}

    /**
     * What was found.
     *
     * @param devices usable ones, in the driver's order
     * @param reason why there are none; empty when there are
     */
    public record Found(List<CudaDevice> devices, String reason) {
        public Found {
            devices = List.copyOf(devices);
        }
    }

    /**
     * A device and what kernels are compiled for.
     *
     * @param device name and memory
     * @param architecture such as {@code sm_89}
     */
    public record CudaDevice(Device device, String architecture) {}

    /**
     * Memory of the calling thread's device, in bytes.
     *
     * @param freeBytes what an allocation may still take
     * @param totalBytes all there is
     */
    public record Memory(long freeBytes, long totalBytes) {}

    /** Looks for devices; never fails. */
    public static Found find() {
        try {
            int[] count = new int[1];
            int result = cudart.cudaGetDeviceCount(count);
            if (result != cudart.cudaSuccess) {
                return new Found(
                        List.of(),
                        "the CUDA driver says: "
                                + cudart.cudaGetErrorString(result).getString());
            }
            List<CudaDevice> devices = new ArrayList<>();
            for (int index = 0; index < count[0]; index++) {
                devices.add(describe(index));
            }
            return new Found(devices, devices.isEmpty() ? "the CUDA driver sees no device" : "");
        } catch (UnsatisfiedLinkError | NoClassDefFoundError missing) {
            return new Found(
                    List.of(),
                    "this build has no CUDA libraries, or the machine no driver; build with -Pcuda on a machine with one ("
                            + missing.getMessage() + ")");
        }
    }

    /**
     * Memory now.
     *
     * @throws KernelException when the driver does not say
     */
    public static Memory memory() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            CudaLauncher.check("asking for free memory", cudart.cudaMemGetInfo(free, total));
            return new Memory(free.get(), total.get());
        }
    }

    private static CudaDevice describe(int index) {
        try (cudaDeviceProp properties = new cudaDeviceProp()) {
            CudaLauncher.check("describing CUDA device " + index, cudart.cudaGetDeviceProperties(properties, index));
            Device device =
                    new Device(Device.Kind.CUDA, index, properties.name().getString(), properties.totalGlobalMem());
            return new CudaDevice(device, "sm_" + properties.major() + properties.minor());
        }
    }
}
