package io.finemesh.engine.tensor;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Where new tensors of this process live. One process computes on one device, so it is decided once, by {@link Backend#start}, before the first tensor. */
final class Placement {
    private static volatile io.finemesh.engine.tensor.Device.Kind kind = io.finemesh.engine.tensor.Device.Kind.CPU;
    private static volatile byte index;

    private Placement() {}

    static void on(io.finemesh.engine.tensor.Device device) {
        kind = device.kind();
        index = (byte) device.index();
    }

    /** Whether tensors lie in the memory of the process, where Java reads and writes them. */
    static boolean onHost() {
        return kind == io.finemesh.engine.tensor.Device.Kind.CPU;
    }

    /** For a new tensor, in the innermost scope. */
    static TensorOptions options(ScalarType type) {
        TensorOptions options = new TensorOptions(type);
        return onHost() ? options : options.device(new DeviceOptional(device()));
    }

    /** The device as LibTorch names it, in the innermost scope. */
    static Device device() {
        return onHost() ? new Device(DeviceType.CPU) : new Device(DeviceType.CUDA, index);
    }
}
