package io.finemesh.engine.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;

/**
 * Chooses one token from logits. Chance is a function of (seed, place, token) alone: each candidate's logit over the temperature gets Gumbel noise, and the largest
 * sum wins, which draws from the softmax (Gumbel, 1954; Maddison et al., arXiv 1411.0030).
 *
 * <p>Logits depend in their last bits on what is computed beside them. {@link #certain} therefore chooses only if no logits within a tolerance would be chosen from
 * differently; else the caller asks {@link #exact} with logits that were computed alone, and no result ever depends on the company.
 */
final class TokenChoice {
    private final Sampling sampling;
    private final long seed;

    TokenChoice(Sampling sampling, long seed) {
        this.sampling = sampling;
        this.seed = seed;
    }

    /**
     * The token that all logits within the tolerance of these would give.
     *
     * @param logits of each token of the vocabulary; changed by the call
     * @param seen tokens of prompt and continuation
     * @param place number of tokens chosen before
     * @param tolerance by which a logit may be off
     */
    OptionalInt certain(float[] logits, BitSet seen, int place, double tolerance) {
        penalise(logits, seen);
        double off = tolerance * Math.max(sampling.repetitionPenalty(), 1 / sampling.repetitionPenalty());
        Limits limits = limits(logits, off);
        double margin = 2 * off / temperature();
        int best = -1;
        double first = Double.NEGATIVE_INFINITY;
        double second = Double.NEGATIVE_INFINITY;
        for (int token = 0; token < logits.length; token++) {
            if (logits[token] < limits.possible()) {
                continue;
            }
            double score = score(logits[token], place, token);
            if (score > first) {
                second = first;
                first = score;
                best = token;
            } else if (score > second) {
                second = score;
            }
        }
        boolean clear = best >= 0 && first - second > margin && logits[best] >= limits.sure();
        return clear ? OptionalInt.of(best) : OptionalInt.empty();
    }

    /** The token these very logits give. Parameters as in {@link #certain}. */
    int exact(float[] logits, BitSet seen, int place) {
        penalise(logits, seen);
        Limits limits = limits(logits, 0);
        int best = -1;
        double first = Double.NEGATIVE_INFINITY;
        for (int token = 0; token < logits.length; token++) {
            double score =
                    logits[token] < limits.sure() ? Double.NEGATIVE_INFINITY : score(logits[token], place, token);
            if (best < 0 || score > first) {
                first = score;
                best = token;
            }
        }
        return best;
    }

    private double temperature() {
        return sampling.isGreedy() ? 1 : sampling.temperature();
    }

    private double score(float logit, int place, int token) {
        return sampling.isGreedy() ? logit : logit / sampling.temperature() + gumbel(place, token);
    }

    /** -log(-log(u)) of a uniform u in (0, 1) that the seed, the place and the token determine (SplitMix64, Steele et al. 2014). */
    private double gumbel(int place, int token) {
        long mixed = mix(mix(mix(seed) + place) + token);
        double uniform = ((mixed >>> 11) + 0.5) * 0x1.0p-53;
        return -Math.log(-Math.log(uniform));
    }

    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private void penalise(float[] logits, BitSet seen) {
        double penalty = sampling.repetitionPenalty();
        if (penalty == 1) {
            return;
        }
        for (int token = seen.nextSetBit(0); token >= 0; token = seen.nextSetBit(token + 1)) {
            logits[token] = (float) (logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty);
        }
    }

    /**
     * Which logits are chosen among, given that each may be off by a little.
     *
     * @param sure logits from here on are among them whatever the true logits are
     * @param possible logits below are not among them whatever the true logits are
     */
    private record Limits(double sure, double possible) {
        private static final Limits NONE = new Limits(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY);
    }

    private Limits limits(float[] logits, double off) {
        boolean all = sampling.topK() == 0 || sampling.topK() >= logits.length;
        if (sampling.isGreedy() || all && sampling.topP() == 1) {
            return Limits.NONE;
        }
        double[] sorted = descending(logits);
        if (all) {
            return mostLikely(sorted, sorted.length, off);
        }
        int k = sampling.topK();
        // A logit is surely among the k largest if the next after these is out of its reach.
        Limits largest = off == 0
                ? new Limits(sorted[k - 1], sorted[k - 1])
                : new Limits(sorted[k] + 2 * off, sorted[k - 1] - 2 * off);
        if (sampling.topP() == 1) {
            return largest;
        }
        if (off > 0 && sorted[k - 1] - sorted[k] < 4 * off) {
            return new Limits(Double.POSITIVE_INFINITY, largest.possible()); // the probabilities themselves are unsure
        }
        int kept = k;
        while (kept < sorted.length && sorted[kept] >= largest.sure()) {
            kept++; // as likely as the k-th
        }
        return mostLikely(sorted, kept, off);
    }

    /** Among the first logits, those before which less than top p of the probability lies. */
    private Limits mostLikely(double[] sorted, int kept, double off) {
        double[] before = new double[kept + 1]; // weight of the logits before each
        for (int i = 0; i < kept; i++) {
            before[i + 1] = before[i] + Math.exp((sorted[i] - sorted[0]) / temperature());
        }
        double slack = off == 0 ? 0 : 8 * off / temperature();
        double least = (sampling.topP() - slack) * before[kept];
        double most = (sampling.topP() + slack) * before[kept];
        double sure = Double.POSITIVE_INFINITY;
        double possible = sorted[0];
        boolean unbroken = true;
        int larger = 0; // logits surely larger than this one
        int near = 0; // logits that may be larger than this one, and itself
        for (int i = 0; i < kept; i++) {
            while (larger < i && sorted[larger] > sorted[i] + 2 * off) {
                larger++;
            }
            while (near < kept && (near <= i || sorted[near] > sorted[i] - 2 * off)) {
                near++;
            }
            double own = before[i + 1] - before[i];
            unbroken &= off == 0 ? before[i] < least : before[near] - own < least;
            if (unbroken) {
                sure = sorted[i];
            }
            if (before[larger] < most) {
                possible = sorted[i];
            }
        }
        return off == 0 ? new Limits(sure, sure) : new Limits(sure, possible);
    }

    private static double[] descending(float[] logits) {
        float[] ascending = logits.clone();
        Arrays.sort(ascending);
        double[] sorted = new double[ascending.length];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = ascending[sorted.length - 1 - i];
        }
        return sorted;
    }
}
