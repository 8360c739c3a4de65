package io.finemesh.engine.optim.moment;

import io.finemesh.engine.kernel.CodeMaps;
import io.finemesh.engine.kernel.CudaKernels;
import io.finemesh.engine.kernel.FusedKernels;
import io.finemesh.engine.kernel.KernelVerdict;
import io.finemesh.engine.tensor.BackendReport;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The fused kernels of this process's device. They are compiled, loaded and compared with the compositions they replace once, after {@link
 * io.finemesh.engine.tensor.Backend#start} and before the first optimizer is made; without a start, and on the host, there are none and compositions are used.
 */
public final class DeviceKernels {
    private static List<KernelVerdict> verdicts;
    private static Optional<FusedKernels> adam = Optional.empty();

    private DeviceKernels() {}

    /**
     * Starts the kernels where the device has some. Calling it again is free.
     *
     * @return a verdict per kernel, for a health page; empty where the host computes
     */
    public static synchronized List<KernelVerdict> start(BackendReport backend) {
        if (verdicts == null) {
            switch (backend.compute().kind()) {
                case CPU -> verdicts = List.of();
                case CUDA -> {
                    try (TensorScope _ = TensorScope.open("device kernels")) {
                        CudaKernels kernels = CudaKernels.start(
                                backend.compute().architecture(), codeMaps(), TensorBytes.options(ScalarType.Float));
                        verdicts = kernels.verdicts();
                        adam = kernels.trusted(Set.of("adam_8bit_step"));
                    }
                }
            }
        }
        return verdicts;
    }

    /** One pass for a step of AdamW with 8-bit moments, if the device has a kernel for it that has proven itself. */
    static synchronized Optional<FusedKernels> adam() {
        return adam;
    }

    /** What codes stand for, on the device, in the innermost scope. */
    static CodeMaps codeMaps() {
        return new CodeMaps(
                TensorBytes.floats(DynamicMap.SIGNED.levels(), DynamicMap.CODES),
                TensorBytes.floats(DynamicMap.UNSIGNED.levels(), DynamicMap.CODES),
                DynamicMap.SIGNED.zero());
    }
}
