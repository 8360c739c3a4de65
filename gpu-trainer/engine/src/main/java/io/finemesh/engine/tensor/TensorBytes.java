package io.finemesh.engine.tensor;

import io.finemesh.checkpoint.safetensors.Dtype;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Makes tensors on the device of the process, and copies between them and the little-endian, C-ordered bytes of weight files and states. Where the device is
 * not the host, bytes go through a tensor on the host.
 */
public final class TensorBytes {
    private static final ScopedValue<Arena> COPIES = ScopedValue.newInstance();

    private TensorBytes() {}

    /**
     * A new tensor with the given content.
     *
     * @param dtype of the bytes: F32, F64, F16, BF16, I64, I32 or U8
     * @param shape of the tensor
     * @param bytes of exactly that many elements; may be unaligned and read-only
     */
    public static Tensor read(Dtype dtype, List<Long> shape, MemorySegment bytes) {
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        try (TensorScope scope = TensorScope.open("tensor of bytes")) {
            Tensor tensor = onHost(scalarType(dtype), sizes);
            long expected = tensor.nbytes();
            if (bytes.byteSize() != expected) {
                throw new IllegalArgumentException("a tensor of shape " + shape + " and type " + dtype + " has "
                        + expected + " bytes, got " + bytes.byteSize());
            }
            view(tensor).copyFrom(bytes);
            return scope.keep(placed(tensor));
        }
    }

    /**
     * Some columns of a matrix, as a new tensor of {@code [rows, to - from]}.
     *
     * @param dtype of the bytes, as for {@link #read}
     * @param bytes of the whole matrix, {@code rows} times {@code columns} elements
     * @param from first column
     * @param to behind the last
     */
    public static Tensor readColumns(Dtype dtype, long rows, long columns, long from, long to, MemorySegment bytes) {
        long width = dtype.bits() / Byte.SIZE;
        if (from < 0 || to < from || to > columns || bytes.byteSize() != rows * columns * width) {
            throw new IllegalArgumentException("columns " + from + " to " + to + " of a matrix of " + rows + " rows, "
                    + columns + " columns and type " + dtype + " cannot be taken from " + bytes.byteSize() + " bytes");
        }
        try (TensorScope scope = TensorScope.open("columns of bytes")) {
            Tensor tensor = onHost(scalarType(dtype), rows, to - from);
            MemorySegment target = view(tensor);
            long slab = (to - from) * width;
            for (long row = 0; row < rows && slab > 0; row++) {
                MemorySegment.copy(bytes, (row * columns + from) * width, target, row * slab, slab);
            }
            return scope.keep(placed(tensor));
        }
    }

    /** A copy of a tensor's bytes. It lives as long as the arena of {@link #copying}, outside of that as long as it is referenced. */
    public static MemorySegment write(Tensor tensor) {
        try (TensorScope _ = TensorScope.open("bytes of a tensor")) {
            MemorySegment source = view(fetched(tensor));
            Arena arena = COPIES.isBound() ? COPIES.get() : Arena.ofAuto();
            return arena.allocate(source.byteSize(), 8).copyFrom(source);
        }
    }

    /**
     * Runs something in which {@link #write} takes its memory from an arena, so that gigabytes of copies are freed when they are written
     * to their files, not when the garbage collector of a nearly empty heap comes by.
     */
    public static <T> T copying(Arena arena, Supplier<T> work) {
        return ScopedValue.where(COPIES, arena).call(work::get);
    }

    /** The values of a 32-bit float tensor in C order. */
    public static float[] floats(Tensor tensor) {
        try (TensorScope _ = TensorScope.open("values of a tensor")) {
            return view(fetched(tensor)).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    /** The values of a 64-bit float tensor in C order. */
    public static double[] doubles(Tensor tensor) {
        try (TensorScope _ = TensorScope.open("values of a tensor")) {
            return view(fetched(tensor)).toArray(ValueLayout.JAVA_DOUBLE);
        }
    }

    /** What a new tensor is made with: its element type, on the device of the process; in the innermost scope. */
    public static TensorOptions options(ScalarType type) {
        return Placement.options(type);
    }

    /** A new uninitialised tensor. */
    public static Tensor empty(ScalarType type, long... shape) {
        try (TensorScope scope = TensorScope.open("empty")) {
            return scope.keep(torch.empty(shape, options(type), null));
        }
    }

    /** A new vector of 64-bit integers. */
    public static Tensor indices(int... values) {
        try (TensorScope scope = TensorScope.open("indices")) {
            Tensor tensor = onHost(ScalarType.Long, values.length);
            MemorySegment target = view(tensor);
            for (int i = 0; i < values.length; i++) {
                target.setAtIndex(ValueLayout.JAVA_LONG, i, values[i]);
            }
            return scope.keep(placed(tensor));
        }
    }

    /** A new tensor of 32-bit floats. */
    public static Tensor floats(float[] values, long... shape) {
        try (TensorScope scope = TensorScope.open("floats")) {
            Tensor tensor = onHost(ScalarType.Float, shape);
            view(tensor).copyFrom(MemorySegment.ofArray(values));
            return scope.keep(placed(tensor));
        }
    }

    private static Tensor onHost(ScalarType type, long... shape) {
        return torch.empty(shape, new TensorOptions(type), null);
    }

    /** The tensor itself where the process computes on the host, else a copy on its device. */
    private static Tensor placed(Tensor tensor) {
        return Placement.onHost()
                ? tensor
                : tensor.to(Placement.device(), tensor.scalar_type().intern());
    }

    /** The tensor's values on the host, contiguous. */
    private static Tensor fetched(Tensor tensor) {
        return (Placement.onHost() ? tensor : tensor.cpu()).contiguous();
    }

    /** LibTorch's element type for a file's. */
    public static ScalarType scalarType(Dtype dtype) {
        return switch (dtype) {
            case F32 -> ScalarType.Float;
            case F64 -> ScalarType.Double;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case I64 -> ScalarType.Long;
            case I32 -> ScalarType.Int;
            case U8 -> ScalarType.Byte;
            case BOOL,
                    F4,
                    F6_E2M3,
                    F6_E3M2,
                    I8,
                    F8_E5M2,
                    F8_E4M3,
                    F8_E8M0,
                    F8_E4M3FNUZ,
                    F8_E5M2FNUZ,
                    I16,
                    U16,
                    U32,
                    C64,
                    U64 ->
                throw new IllegalArgumentException("element type " + dtype
                        + " cannot be computed with; allowed: F32, F64, F16, BF16, I64, I32, U8");
        };
    }

    // "restricted": the segment is the tensor's own contiguous memory, its size is the tensor's, and it does not leave
    // this class.
    @SuppressWarnings("restricted")
    private static MemorySegment view(Tensor contiguous) {
        if (contiguous.numel() == 0) {
            return MemorySegment.NULL;
        }
        return MemorySegment.ofAddress(contiguous.data_ptr().address()).reinterpret(contiguous.nbytes());
    }
}
