package io.finemesh.engine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DebugInfoBase;
import org.bytedeco.pytorch.ThreadLocalDebugInfo;
import org.bytedeco.pytorch.global.torch.DebugInfoKind;

/**
 * Counts the bytes of every tensor that LibTorch allocates and frees on the host from the moment it is opened, by this thread and the threads it computes
 * with: exact, and the same in every run. What BLAS and LAPACK take for themselves is not seen.
 *
 * <p>LibTorch reports allocations to an object of the C++ class {@code c10::MemoryReportingInfoBase} that a thread carries. Bytedeco's binding cannot be
 * extended by a Java class, so the object is made here: a pointer to a table of functions, which are Java methods. The order of the table is that of the
 * Itanium C++ ABI, which LibTorch's builds for Linux and macOS have: both destructors, then the class's functions as declared.
 */
public final class TensorMemory implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();
    private static TensorMemory watching;

    private long present;
    private long peak;

    private TensorMemory() {}

    /** Begins to count; tensors that exist already are not seen, nor is their end. One at a time. */
    public static synchronized TensorMemory watch() {
        if (watching != null) {
            throw new IllegalStateException("tensors are being counted already");
        }
        watching = new TensorMemory();
        ThreadLocalDebugInfo._push(DebugInfoKind.PROFILER_STATE, new DebugInfoBase(Reporter.INSTANCE));
        return watching;
    }

    /** Bytes of the tensors that exist now. */
    public long present() {
        return present;
    }

    /** The most that existed at once since {@link #forget} or the beginning. */
    public long peak() {
        return peak;
    }

    /** Takes what exists now for the most. */
    public void forget() {
        peak = present;
    }

    /** Ends counting, on the thread that began. */
    @Override
    public void close() {
        synchronized (TensorMemory.class) {
            ThreadLocalDebugInfo._pop(DebugInfoKind.PROFILER_STATE).close();
            watching = null;
        }
    }

    private static synchronized void count(long change) {
        if (watching != null) {
            watching.present += change;
            watching.peak = Math.max(watching.peak, watching.present);
        }
    }

    /** The C++ object; it lives as long as the process, whoever believes to own it. */
    @SuppressWarnings("unused") // LibTorch calls the functions
    private static final class Reporter {
        private static final Pointer INSTANCE = instance();

        private static Pointer instance() {
            MemorySegment[] functions = {
                function("destroy", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS)),
                function("destroy", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS)),
                function(
                        "reportMemoryUsage",
                        FunctionDescriptor.ofVoid(
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_SHORT)),
                function(
                        "reportOutOfMemory",
                        FunctionDescriptor.ofVoid(
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_SHORT)),
                function("memoryProfilingEnabled", FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, ValueLayout.ADDRESS))
            };
            // Offset to top and type information come first; the object points behind them.
            long word = ValueLayout.ADDRESS.byteSize();
            MemorySegment table = Arena.global().allocate(word * (2 + functions.length), word);
            for (int f = 0; f < functions.length; f++) {
                table.setAtIndex(ValueLayout.ADDRESS, 2L + f, functions[f]);
            }
            MemorySegment object = Arena.global().allocate(ValueLayout.ADDRESS);
            object.set(ValueLayout.ADDRESS, 0, table.asSlice(2 * word));
            return new At(object.address());
        }

        // "restricted": the functions are made once, with the types that the C++ class declares.
        @SuppressWarnings("restricted")
        private static MemorySegment function(String name, FunctionDescriptor descriptor) {
            try {
                MethodType type = descriptor.toMethodType();
                return LINKER.upcallStub(
                        MethodHandles.lookup().findStatic(Reporter.class, name, type), descriptor, Arena.global());
            } catch (NoSuchMethodException | IllegalAccessException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        private static void destroy(MemorySegment self) {}

        private static void reportMemoryUsage(
                MemorySegment self, MemorySegment memory, long change, long allocated, long reserved, short device) {
            count(change);
        }

        private static void reportOutOfMemory(
                MemorySegment self, long wanted, long allocated, long reserved, short device) {}

        private static boolean memoryProfilingEnabled(MemorySegment self) {
            return true;
        }
    }

    /** A pointer to an address. */
    private static final class At extends Pointer {
        private At(long address) {
            this.address = address;
        }
    }
}
