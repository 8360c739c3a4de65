package io.finemesh.engine.optim.moment;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A vector held as one byte per element, with one 32-bit scale per block of {@value #BLOCK}: 1.016 bytes per element (arXiv 2110.02861). A value is its
 * code's entry in a {@link DynamicMap} times its block's largest magnitude. Owns native memory until closed.
 */
public final class BlockwiseCodes implements AutoCloseable {
    /** Consecutive elements that share a scale; the last block may be short. */
    public static final int BLOCK = 256;

    private static final String CODES = "code.";
    private static final String SCALES = "scale.";

    private final DynamicMap map;
    private final long length;
    private final Tensor codes; // [blocks * 256] bytes, filled up with zeros
    private final Tensor scales; // [blocks] 32-bit floats
    private final Tensor values; // [256]
    private final NearestCode nearest;

    /**
     * A vector of zeros.
     *
     * @param length number of elements, at least 1
     */
    public BlockwiseCodes(DynamicMap map, long length) {
        if (length < 1) {
            throw new IllegalArgumentException("a quantized vector has at least 1 element, got " + length);
        }
        this.map = map;
        this.length = length;
        this.codes = TensorScope.own(TensorBytes.empty(ScalarType.Byte, blocks() * BLOCK));
        this.scales = TensorScope.own(TensorBytes.empty(ScalarType.Float, blocks()));
        this.values = TensorScope.own(TensorBytes.floats(map.levels(), DynamicMap.CODES));
        this.nearest = NearestCode.of(map);
        clear();
    }

    /** Number of elements. */
    public long length() {
        return length;
    }

    /** Number of blocks. */
    public long blocks() {
        return Math.ceilDiv(length, BLOCK);
    }

    /** The codes themselves, [length] bytes, in the innermost scope: for a kernel that changes them in place. */
    Tensor codes() {
        return codes.narrow(0, 0, length);
    }

    /** The scales themselves, [blocks], likewise. */
    Tensor scales() {
        return scales;
    }

    /** What the codes stand for, [256]. */
    Tensor levels() {
        return values;
    }

    /** Makes all elements zero. */
    public void clear() {
        try (TensorScope _ = TensorScope.open("zero codes")) {
            codes.fill_(new Scalar(map.zero()));
            scales.zero_();
        }
    }

    /**
     * The values of some blocks, in the innermost scope.
     *
     * @return [count * 256] 32-bit floats; elements beyond {@link #length} are zero
     */
    public Tensor read(long firstBlock, long count) {
        try (TensorScope scope = TensorScope.open("values of codes");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor indices = codes.narrow(0, firstBlock * BLOCK, count * BLOCK).to(ScalarType.Int);
            Tensor found = values.index_select(0, indices).view(count, BLOCK);
            found.mul_(scales.narrow(0, firstBlock, count).unsqueeze(1));
            return scope.keep(found.view(-1));
        }
    }

    /** All values, [length], in the innermost scope. */
    public Tensor read() {
        try (TensorScope scope = TensorScope.open("values")) {
            return scope.keep(read(0, blocks()).narrow(0, 0, length));
        }
    }

    /**
     * Replaces some blocks by the nearest codes, with new scales. A negative value never becomes zero: as in bitsandbytes' kernel it keeps its sign.
     * Neither does a positive one of the unsigned map, unlike there: a second moment of zero beside a first that is none divides by epsilon alone, and an
     * embedding row whose token was seen once would jump by thousands of learning rates.
     *
     * @param changed [count * 256] 32-bit floats; finite, and zero beyond {@link #length}
     */
    public void write(long firstBlock, long count, Tensor changed) {
        try (TensorScope _ = TensorScope.open("codes of values");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor inBlocks = changed.view(count, BLOCK);
            Tensor largest = inBlocks.abs().amax(new long[] {1}, true); // [count, 1]
            // A block of zeros has scale 0; dividing by 1 instead keeps its codes those of zero.
            Tensor divisor = largest.add(largest.eq(new Scalar(0.0)).to(ScalarType.Float));
            Tensor found = nearest.codes(inBlocks.div(divisor).view(-1)).view(count, BLOCK);
            if (map == DynamicMap.SIGNED) {
                Tensor lost = inBlocks.lt(new Scalar(0.0)).logical_and(found.eq(new Scalar(map.zero())));
                found.sub_(lost.to(ScalarType.Int));
            } else {
                Tensor lost = inBlocks.gt(new Scalar(0.0)).logical_and(found.eq(new Scalar(map.zero())));
                found.add_(lost.to(ScalarType.Int));
            }
            codes.narrow(0, firstBlock * BLOCK, count * BLOCK).copy_(found.view(-1));
            scales.narrow(0, firstBlock, count).copy_(largest.view(-1));
        }
    }

    /** Replaces all values. @param changed [length] 32-bit floats, finite */
    public void write(Tensor changed) {
        try (TensorScope _ = TensorScope.open("filled up");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor flat = changed.contiguous().view(-1);
            long missing = blocks() * BLOCK - length;
            write(0, blocks(), missing == 0 ? flat : torch.constant_pad_nd(flat, new long[] {0, missing}));
        }
    }

    /** Copies of codes and scales, named after what they hold. */
    public List<TensorData> export(String name) {
        try (TensorScope _ = TensorScope.open(name)) {
            return List.of(
                    new TensorData(
                            CODES + name, Dtype.U8, List.of(length), TensorBytes.write(codes.narrow(0, 0, length))),
                    new TensorData(SCALES + name, Dtype.F32, List.of(blocks()), TensorBytes.write(scales)));
        }
    }

    /** Takes over codes and scales that {@link #export} gave. */
    public void restore(TensorSource source, String name) {
        try (TensorScope _ = TensorScope.open(name)) {
            codes.narrow(0, 0, length).copy_(stored(source, CODES + name, Dtype.U8, length));
            scales.copy_(stored(source, SCALES + name, Dtype.F32, blocks()));
        }
    }

    private static Tensor stored(TensorSource source, String name, Dtype dtype, long elements) {
        TensorData data = source.data(name);
        if (data.dtype() != dtype || !data.shape().equals(List.of(elements))) {
            throw new IllegalArgumentException("tensor " + name + " is " + data.dtype() + " " + data.shape()
                    + ", allowed: " + dtype + " [" + elements + "]");
        }
        return TensorBytes.read(dtype, data.shape(), data.bytes());
    }

    /** Bytes of native memory. */
    public long bytes() {
        return blocks() * (BLOCK + Float.BYTES);
    }

    @Override
    public void close() {
        codes.close();
        scales.close();
        values.close();
    }
}
