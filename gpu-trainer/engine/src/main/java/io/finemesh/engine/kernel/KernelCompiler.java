package io.finemesh.engine.kernel;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** Compiles kernels for a device with NVRTC, which is part of the CUDA libraries of the {@code cuda} profile and needs no toolkit and no device. */
public final class KernelCompiler {
    private KernelCompiler() {}

    /**
     * A kernel file in machine code.
     *
     * @param source it was compiled from
     * @param architecture such as {@code sm_89}
     * @param binary a cubin
     * @param log what the compiler and the assembler said: registers, spills
     */
    public record Compiled(KernelSource source, String architecture, byte[] binary, String log) {}

    /**
     * Compiles for an architecture, without contracting products and sums, so that results are those of the host's build.
     *
     * @param architecture such as {@code sm_89}
     * @throws KernelException with the compiler's messages
     */
    public static Compiled compile(KernelSource source, String architecture) {
        try (_nvrtcProgram program = new _nvrtcProgram();
                BytePointer text = new BytePointer(source.text(), StandardCharsets.UTF_8);
                BytePointer name = new BytePointer(source.file(), StandardCharsets.UTF_8)) {
            check(
                    "creating a program of " + source.file(),
                    nvrtc.nvrtcCreateProgram(
                            program, text, name, 0, (PointerPointer<?>) null, (PointerPointer<?>) null));
            try {
                return compile(program, source, architecture);
            } finally {
                check("freeing the program of " + source.file(), nvrtc.nvrtcDestroyProgram(program));
            }
        } catch (UnsatisfiedLinkError | NoClassDefFoundError missing) {
            throw new KernelException(
                    "NVRTC is not in this build; build with -Pcuda (" + missing.getMessage() + ")", missing);
        }
    }

    private static Compiled compile(_nvrtcProgram program, KernelSource source, String architecture) {
        List<String> options = List.of("--gpu-architecture=" + architecture, "--fmad=false", "--ptxas-options=-v");
        int result;
        try (PointerPointer<BytePointer> flags = new PointerPointer<>(options.toArray(String[]::new))) {
            result = nvrtc.nvrtcCompileProgram(program, options.size(), flags);
        }
        String log = log(program);
        if (result != nvrtc.NVRTC_SUCCESS) {
            throw new KernelException(
                    source.file() + " does not compile for " + architecture + ": " + nvrtcMessage(result) + "\n" + log);
        }
        try (SizeTPointer size = new SizeTPointer(1)) {
            check("sizing " + source.file(), nvrtc.nvrtcGetCUBINSize(program, size));
            byte[] binary = new byte[Math.toIntExact(size.get())];
            check("reading " + source.file(), nvrtc.nvrtcGetCUBIN(program, binary));
            return new Compiled(source, architecture, binary, log);
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check("sizing the compiler's log", nvrtc.nvrtcGetProgramLogSize(program, size));
            byte[] log = new byte[Math.toIntExact(size.get())];
            check("reading the compiler's log", nvrtc.nvrtcGetProgramLog(program, log));
            return new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
        }
    }

    private static void check(String doing, int result) {
        if (result != nvrtc.NVRTC_SUCCESS) {
            throw new KernelException(doing + " failed: " + nvrtcMessage(result));
        }
    }

    private static String nvrtcMessage(int result) {
        try (BytePointer text = nvrtc.nvrtcGetErrorString(result)) {
            return text.getString();
        }
    }
}
