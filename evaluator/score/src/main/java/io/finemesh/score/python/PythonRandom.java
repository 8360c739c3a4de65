package io.finemesh.score.python;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;

/**
 * The generator of CPython's {@code random.Random(seed)}: Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded by the magnitude of an
 * integer. Few-shot examples are drawn with it, so prompts, and with them scores, depend on every bit.
 */
public final class PythonRandom {
    private static final int SIZE = 624;
    private static final int SHIFT = 397;
    private static final int UPPER_BIT = 0x80000000;
    private static final int LOWER_BITS = 0x7fffffff;
    private static final int TWIST = 0x9908b0df;

    private final int[] state = new int[SIZE];
    private int position = SIZE;

    /** A generator in the state that {@code Random(seed)} starts in. */
    public PythonRandom(long seed) {
        seed(key(BigInteger.valueOf(seed).abs()));
    }

    private static int[] key(BigInteger magnitude) {
        int[] key = new int[Math.max(1, (magnitude.bitLength() + 31) / 32)];
        for (int word = 0; word < key.length; word++) {
            key[word] = magnitude.shiftRight(32 * word).intValue();
        }
        return key;
    }

    private void seed(int[] key) {
        state[0] = 19650218;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
        int i = 1;
        int j = 0;
        for (int round = Math.max(SIZE, key.length); round > 0; round--) {
            state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >>> 30) * 1664525) + key[j] + j;
            j = j + 1 == key.length ? 0 : j + 1;
            i = advanced(i);
        }
        for (int round = SIZE - 1; round > 0; round--) {
            state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >>> 30) * 1566083941) - i;
            i = advanced(i);
        }
        state[0] = UPPER_BIT;
    }

    private int advanced(int i) {
        if (i + 1 < SIZE) {
            return i + 1;
        }
        state[0] = state[SIZE - 1];
        return 1;
    }

    /** The next 32 random bits. */
    public int nextWord() {
        if (position == SIZE) {
            for (int i = 0; i < SIZE; i++) {
                int pair = state[i] & UPPER_BIT | state[(i + 1) % SIZE] & LOWER_BITS;
                state[i] = state[(i + SHIFT) % SIZE] ^ pair >>> 1 ^ ((pair & 1) == 0 ? 0 : TWIST);
            }
            position = 0;
        }
        int word = state[position++];
        word ^= word >>> 11;
        word ^= word << 7 & 0x9d2c5680;
        word ^= word << 15 & 0xefc60000;
        return word ^ word >>> 18;
    }

    /** {@code random()}: uniform in [0, 1) with 53 bits. */
    public double next() {
        int high = nextWord() >>> 5;
        int low = nextWord() >>> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    /** A uniform integer in [0, bound), by rejection; {@code bound} from 1 on. */
    public int below(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("a bound must be 1 or more, not " + bound);
        }
        int bits = 32 - Integer.numberOfLeadingZeros(bound);
        int drawn = nextWord() >>> 32 - bits;
        while (drawn >= bound || drawn < 0) {
            drawn = nextWord() >>> 32 - bits;
        }
        return drawn;
    }

    /**
     * {@code sample(range(population), count)}: distinct indices in the order drawn. Small populations are drawn from a shrinking pool, large ones by
     * rejection; the border between the two is CPython's, since the two give different indices.
     */
    public int[] sample(int population, int count) {
        if (count < 0 || count > population) {
            throw new IllegalArgumentException("a sample of " + count + " from " + population
                    + ": it can be no larger than what it is drawn from");
        }
        double border = 21;
        if (count > 5) {
            border += Math.pow(4, Math.ceil(Math.log(count * 3.0) / Math.log(4.0)));
        }
        return population <= border ? fromPool(population, count) : byRejection(population, count);
    }

    private int[] fromPool(int population, int count) {
        int[] pool = new int[population];
        for (int i = 0; i < population; i++) {
            pool[i] = i;
        }
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int j = below(population - i);
            drawn[i] = pool[j];
            pool[j] = pool[population - i - 1];
        }
        return drawn;
    }

    private int[] byRejection(int population, int count) {
        Set<Integer> seen = new HashSet<>();
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int j = below(population);
            while (!seen.add(j)) {
                j = below(population);
            }
            drawn[i] = j;
        }
        return drawn;
    }

    /** {@code choices(range(population), k=count)}: indices drawn with replacement. */
    public int[] choices(int population, int count) {
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = (int) (next() * population);
        }
        return drawn;
    }
}
