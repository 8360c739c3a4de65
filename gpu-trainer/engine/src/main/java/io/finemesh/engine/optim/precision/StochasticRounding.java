package io.finemesh.engine.optim.precision;

import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.nio.charset.StandardCharsets;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rounds 32-bit floats to one of their two bf16 neighbours, up with the probability of how far up they lie, so that the mean over many roundings is the
 * value itself. The random bits are a function of seed, step, tensor and element alone: there is no generator whose state would have to be saved, and
 * neither threads nor the order of tensors change a bit.
 *
 * <p>Sixteen random bits are added below the sixteen that stay, and what is below is cut off. The bits of element i are those of an integer hash with 32
 * bits of state (two multiply-xorshift rounds, keyed before and between them).
 */
public final class StochasticRounding {
    private static final int FIRST_FACTOR = 0x7feb352d;
    private static final int SECOND_FACTOR = 0x846ca68b;
    private static final int LOW_HALF = 0xffff;
    /** Elements at a time: 1 MiB of integers, which stays in the cache over the dozen passes. */
    private static final long AT_A_TIME = 1 << 18;
    /** The same for bits that are only compared, beside the activations of a layer: 64 KiB. */
    private static final long DRAWN_AT_A_TIME = 1 << 14;
    /** Chunks a device does at once: 256 MiB of integers. */
    private static final long CHUNKS_OF_A_DEVICE = 1 << 8;

    private StochasticRounding() {}

    /**
     * The key of one tensor at one step.
     *
     * @param seed of the run
     * @param step 0-based number in the run
     * @param tensor name in the weight file
     */
    public static long key(long seed, long step, String tensor) {
        long hash = mix(seed + 0x9e3779b97f4a7c15L * (step + 1));
        for (byte b : tensor.getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash ^ (b & 0xffL)) + 0x9e3779b97f4a7c15L;
        }
        return mix(hash);
    }

    /**
     * Rounds into a tensor.
     *
     * @param values finite, contiguous
     * @param target bf16, contiguous, of the same number of elements
     * @param key of this tensor at this step
     */
    public static void round(Tensor values, Tensor target, long key) {
        try (TensorScope _ = TensorScope.open("stochastic rounding");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor flat = values.view(-1);
            Tensor into = target.view(-1);
            inChunks(flat.numel(), AT_A_TIME, key, (from, bits) -> {
                bits.add_(flat.narrow(0, from, bits.numel()).view(ScalarType.Int))
                        .bitwise_and_(new Scalar(~LOW_HALF));
                into.narrow(0, from, bits.numel()).copy_(bits.view(ScalarType.Float));
            });
        }
    }

    /**
     * Which elements draw sixteen bits of at least a threshold, in the innermost scope.
     *
     * @param key of a tensor
     * @param threshold from 0 to 65536
     * @return booleans, [elements]
     */
    public static Tensor drawn(long elements, long key, int threshold) {
        try (TensorScope scope = TensorScope.open("random bits");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor drawn = TensorBytes.empty(ScalarType.Bool, elements);
            inChunks(elements, DRAWN_AT_A_TIME, key, (from, bits) -> drawn.narrow(0, from, bits.numel())
                    .copy_(bits.ge(new Scalar(threshold))));
            return scope.keep(drawn);
        }
    }

    private interface ChunkUse {
        /** @param bits of the elements from {@code from} on, the user's to change */
        void use(long from, Tensor bits);
    }

    private static void inChunks(long elements, long chunk, long key, ChunkUse use) {
        Tensor indices = torch.arange(new Scalar((int) Math.min(chunk, elements)), TensorBytes.options(ScalarType.Int));
        // The host wants few elements at a time, a device few calls.
        long together = Backend.onHost() ? 1 : CHUNKS_OF_A_DEVICE;
        long from = 0;
        while (from < elements) {
            try (TensorScope _ = TensorScope.open("chunks")) {
                long chunks = Math.clamp((elements - from) / chunk, 1, together);
                long size = Math.min(chunk, elements - from); // less than a chunk only as the last one
                use.use(
                        from,
                        hash(indices.narrow(0, 0, size), chunkKeys(key, from, chunk, (int) chunks))
                                .view(-1));
                from += chunks * size;
            }
        }
    }

    /** @return [2, chunks, 1] 32-bit integers: the halves of each chunk's key */
    private static Tensor chunkKeys(long key, long from, long size, int chunks) {
        int[] halves = new int[2 * chunks];
        for (int chunk = 0; chunk < chunks; chunk++) {
            long chunkKey = mix(key + from + chunk * size);
            halves[chunk] = (int) chunkKey;
            halves[chunks + chunk] = (int) (chunkKey >>> 32);
        }
        return TensorBytes.indices(halves).to(ScalarType.Int).view(2, chunks, 1);
    }

    /** Sixteen random bits for each index of each chunk, [chunks, indices]; the LibTorch form of {@link #bits}. */
    private static Tensor hash(Tensor indices, Tensor keys) {
        Tensor x = keys.select(0, 0).bitwise_xor(indices);
        x.bitwise_xor_(shifted(x, 16)).mul_(new Scalar(FIRST_FACTOR));
        x.bitwise_xor_(shifted(x, 15)).add_(keys.select(0, 1)).mul_(new Scalar(SECOND_FACTOR));
        return x.bitwise_xor_(shifted(x, 16)).bitwise_and_(new Scalar(LOW_HALF));
    }

    /** Unsigned shift to the right: LibTorch's keeps the sign. */
    private static Tensor shifted(Tensor x, int by) {
        return torch.bitwise_right_shift(x, new Scalar(by)).bitwise_and_(new Scalar(-1 >>> by));
    }

    /** Random bits of one element: what is added to its 32-bit pattern before the lower half is cut off. */
    static int bits(long key, long element) {
        long from = element / AT_A_TIME * AT_A_TIME;
        long chunkKey = mix(key + from);
        int x = (int) (element - from) ^ (int) chunkKey;
        x = (x ^ x >>> 16) * FIRST_FACTOR;
        x = ((x ^ x >>> 15) + (int) (chunkKey >>> 32)) * SECOND_FACTOR;
        return (x ^ x >>> 16) & LOW_HALF;
    }

    /** Steele, Lea and Flood's SplitMix64 finaliser (doi 10.1145/2660193.2660195). */
    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** Rounds one value as {@link #round} rounds the element of that number, for readers and tests. */
    public static float rounded(float value, long key, long element) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(value) + bits(key, element)) & ~LOW_HALF);
    }

    /** For a tensor of its own, in the innermost scope. */
    public static Tensor rounded(Tensor values, long key) {
        Tensor target = TensorBytes.empty(ScalarType.BFloat16, values.numel());
        round(values, target, key);
        return target;
    }
}
