package io.finemesh.engine.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;

/** The device's kernel sources built for the host through the emulation header, and run on host tensors. */
@SuppressWarnings("restricted") // calling native code is what this does
public final class HostKernels implements KernelLauncher {
    /** In which order the threads of a block take their turns between barriers. */
    public enum Order {
        FORWARD,
        REVERSE,
        SHUFFLED
    }

    private static final List<String> HOST_FILES =
            List.of("cuda_emulation.hpp", "host_kernels.cpp", "sanitized_kernels.cpp");

    private final SymbolLookup library;
    private final Order order;
    private final long seed;

    private HostKernels(SymbolLookup library, Order order, long seed) {
        this.library = library;
        this.order = order;
        this.seed = seed;
    }

    /**
     * Builds the sources, after an edit, into a library.
     *
     * @param edit of each kernel source: tests break kernels with it
     */
    public static HostKernels build(Path folder, UnaryOperator<String> edit, Order order, long seed)
            throws IOException, InterruptedException {
        unpack(folder, edit);
        Path library = folder.resolve("kernels.so");
        run(
                folder,
                compiler(),
                "-std=c++17",
                "-O1",
                "-fPIC",
                "-shared",
                "-ffp-contract=off",
                "-Wall",
                "-Werror",
                "-Wno-unused-function",
                "-o",
                library.toString(),
                "host_kernels.cpp");
        return new HostKernels(SymbolLookup.libraryLookup(library, Arena.global()), order, seed);
    }

    HostKernels in(Order other) {
        return new HostKernels(library, other, seed);
    }

    /** Path of a C++ compiler; the test is skipped without one. */
    static String compiler() {
        for (String name : List.of("g++", "clang++", "c++")) {
            for (String folder : System.getenv("PATH").split(":")) {
                Path file = Path.of(folder, name);
                if (Files.isExecutable(file)) {
                    return file.toString();
                }
            }
        }
        Assumptions.abort("no C++ compiler (g++, clang++, c++) is on the PATH: kernels cannot be built for the host");
        throw new IllegalStateException("not reached");
    }

    static void unpack(Path folder, UnaryOperator<String> edit) throws IOException {
        for (String name : HOST_FILES) {
            try (InputStream bytes = HostKernels.class.getResourceAsStream(name)) {
                Files.write(folder.resolve(name), bytes.readAllBytes());
            }
        }
        for (KernelSource source : KernelSource.values()) {
            Files.writeString(folder.resolve(source.file()), edit.apply(source.text()));
        }
    }

    /** What a program printed; fails when it fails. */
    static String run(Path folder, String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " does not end");
        }
        String said = Files.readString(output);
        if (process.exitValue() != 0) {
            throw new AssertionError(String.join(" ", command) + " ended with " + process.exitValue() + ":\n" + said);
        }
        return said;
    }

    @Override
    public void launch(KernelCall call) {
        MethodHandle entry = Linker.nativeLinker()
                .downcallHandle(
                        library.find("host_" + call.function()).orElseThrow(),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG));
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> values = new ArrayList<>();
            for (KernelArgument argument : call.arguments()) {
                values.add(
                        switch (argument) {
                            case KernelArgument.Address address ->
                                arena.allocateFrom(ValueLayout.JAVA_LONG, address.value());
                            case KernelArgument.LongNumber number ->
                                arena.allocateFrom(ValueLayout.JAVA_LONG, number.value());
                            case KernelArgument.IntNumber number ->
                                arena.allocateFrom(ValueLayout.JAVA_INT, number.value());
                            case KernelArgument.FloatNumber number ->
                                arena.allocateFrom(ValueLayout.JAVA_FLOAT, number.value());
                        });
            }
            MemorySegment arguments = arena.allocate(ValueLayout.ADDRESS, values.size());
            for (int index = 0; index < values.size(); index++) {
                arguments.setAtIndex(ValueLayout.ADDRESS, index, values.get(index));
            }
            int result = (int) entry.invokeExact(
                    call.gridColumns(),
                    call.gridRows(),
                    call.blockColumns(),
                    call.blockRows(),
                    arguments,
                    order.ordinal(),
                    seed);
            if (result != 0) {
                throw new KernelException(call.function() + ": threads of one block met different barriers");
            }
        } catch (KernelException divergent) {
            throw divergent;
        } catch (Throwable failed) {
            throw new IllegalStateException(call.function() + " could not be called", failed);
        }
    }
}
