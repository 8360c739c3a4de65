package io.finemesh.plan.shuffle;

/**
 * A permutation of 0 .. size-1 that depends on (purpose, seed, epoch, size) and on nothing else: no generator state is
 * carried from one epoch to the next, so any epoch can be computed on its own.
 *
 * <p>Fisher-Yates (Durstenfeld, CACM 7(7), 1964), driven by SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) used as a counter-based
 * generator: draw i is {@code mix(key + i * golden)}. A draw is reduced to its range by the high word of a 128-bit product, whose bias is
 * below size / 2^64.
 */
public final class SeededPermutation {
    private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

    private final int[] order;

    private SeededPermutation(int[] order) {
        this.order = order;
    }

    /**
     * The order of one epoch.
     *
     * @param purpose keeps orders under one seed apart
     * @param seed any value
     * @param epoch counted from 0
     * @param size number of things ordered, 0 or more
     */
    public static SeededPermutation of(Purpose purpose, long seed, long epoch, int size) {
        if (epoch < 0 || size < 0) {
            throw new IllegalArgumentException(
                    "a permutation needs epoch >= 0 and size >= 0, got epoch " + epoch + " and size " + size);
        }
        long key = key(purpose, seed, epoch);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        for (int i = size - 1; i > 0; i--) {
            int other = draw(key, i);
            int taken = order[i];
            order[i] = order[other];
            order[other] = taken;
        }
        return new SeededPermutation(order);
    }

    /**
     * Where one thing stands in the order of one epoch. The same as looking for it in the whole order, which is never made: it follows the one thing through the swaps.
     *
     * @param thing 0 .. size-1
     */
    public static int positionOf(Purpose purpose, long seed, long epoch, int size, int thing) {
        if (epoch < 0 || thing < 0 || thing >= size) {
            throw new IllegalArgumentException("a position needs epoch >= 0 and a thing below the size, got epoch "
                    + epoch + ", thing " + thing + " and size " + size);
        }
        long key = key(purpose, seed, epoch);
        int position = thing;
        for (int i = size - 1; i > 0; i--) {
            int other = draw(key, i);
            if (position == other) {
                // Nothing that comes later touches what has been swapped to i.
                return i;
            }
            if (position == i) {
                position = other;
            }
        }
        return position;
    }

    private static long key(Purpose purpose, long seed, long epoch) {
        return mix(mix(seed ^ purpose.salt()) + GOLDEN * epoch);
    }

    /** With which of the first things, i included, the one at i changes places. */
    private static int draw(long key, int i) {
        return (int) Math.unsignedMultiplyHigh(mix(key + GOLDEN * i), i + 1L);
    }

    /**
     * A number drawn evenly from [0, 1), a function of its arguments alone.
     *
     * @param purpose keeps numbers under one seed apart
     * @param epoch counted from 0
     */
    public static double uniform(Purpose purpose, long seed, long epoch) {
        return (mix(mix(seed ^ purpose.salt()) + GOLDEN * (epoch + 1)) >>> 11) * 0x1.0p-53;
    }

    public int size() {
        return order.length;
    }

    /** What stands at a position, 0 .. size-1. */
    public int at(int position) {
        return order[position];
    }

    /** A copy of the whole order. */
    public int[] toArray() {
        return order.clone();
    }

    /** The finaliser of SplitMix64: a bijection of 64-bit values in which every input bit reaches every output bit. */
    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return z ^ (z >>> 31);
    }
}
