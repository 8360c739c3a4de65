package io.finemesh.engine.kernel;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Runs compiled kernels on the calling thread's CUDA device, on its default stream, so after LibTorch's operations launched before and before those launched
 * later. LibTorch must have used the device on this thread: its context is the one that is current.
 */
final class CudaLauncher implements KernelLauncher, AutoCloseable {
    private final Map<KernelSource, CUmod_st> modules = new EnumMap<>(KernelSource.class);
    private final Map<String, CUfunc_st> functions = new HashMap<>();

    CudaLauncher(List<KernelCompiler.Compiled> kernels) {
        for (KernelCompiler.Compiled kernel : kernels) {
            CUmod_st module = new CUmod_st();
            try (BytePointer binary = new BytePointer(kernel.binary())) {
                check("loading " + kernel.source().file(), cudart.cuModuleLoadData(module, binary));
            }
            modules.put(kernel.source(), module);
            for (String name : kernel.source().functions()) {
                CUfunc_st function = new CUfunc_st();
                check("finding " + name, cudart.cuModuleGetFunction(function, module, name));
                functions.put(name, function);
            }
        }
    }

    @Override
    public void launch(KernelCall call) {
        CUfunc_st function = functions.get(call.function());
        if (function == null) {
            throw new KernelException(call.function() + " was not loaded");
        }
        List<Pointer> values = new ArrayList<>();
        try (PointerPointer<Pointer> arguments =
                new PointerPointer<>(call.arguments().size())) {
            for (KernelArgument argument : call.arguments()) {
                Pointer value = value(argument);
                arguments.put(values.size(), value);
                values.add(value);
            }
            check(
                    "launching " + call.function(),
                    cudart.cuLaunchKernel(
                            function,
                            call.gridColumns(),
                            call.gridRows(),
                            1,
                            call.blockColumns(),
                            call.blockRows(),
                            1,
                            0,
                            null,
                            arguments,
                            (PointerPointer<?>) null));
        } finally {
            values.forEach(Pointer::close);
        }
    }

    private static Pointer value(KernelArgument argument) {
        return switch (argument) {
            case KernelArgument.Address address -> new LongPointer(new long[] {address.value()});
            case KernelArgument.LongNumber number -> new LongPointer(new long[] {number.value()});
            case KernelArgument.IntNumber number -> new IntPointer(new int[] {number.value()});
            case KernelArgument.FloatNumber number -> new FloatPointer(new float[] {number.value()});
        };
    }

    static void check(String doing, int result) {
        if (result != cudart.CUDA_SUCCESS) {
            throw new KernelException(doing + " failed: the driver says " + name(result));
        }
    }

    private static String name(int result) {
        try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
            return cudart.cuGetErrorName(result, text) == cudart.CUDA_SUCCESS
                    ? text.get(BytePointer.class, 0).getString()
                    : "error " + result;
        }
    }

    @Override
    public void close() {
        for (Map.Entry<KernelSource, CUmod_st> module : modules.entrySet()) {
            check("unloading " + module.getKey().file(), cudart.cuModuleUnload(module.getValue()));
        }
        modules.clear();
        functions.clear();
    }
}
