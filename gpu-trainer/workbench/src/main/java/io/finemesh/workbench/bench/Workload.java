package io.finemesh.workbench.bench;

import io.finemesh.engine.text.EncodedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Which samples are trained on: lengths and tokens by closed form and a seed, the same for the engine and its peer.
 *
 * @param kind equal or mixed lengths
 * @param batchSize samples of an optimizer step
 * @param length tokens of a sample; of the longest with mixed lengths
 * @param seed of mixed lengths
 */
record Workload(Kind kind, int batchSize, int length, long seed) {
    /** Distribution of lengths. */
    enum Kind {
        /** Every sample has the same length and all of its tokens are labelled: nothing to gain from packing. */
        FULL,
        /**
         * Lengths as in instruction data, most short and a few long (log-normal, median a fifth of the longest), the first third of each unlabelled: a
         * padding trainer computes the longest length for every sample of a batch.
         */
        MIXED
    }

    private static final int SHORTEST = 8;

    /** Token ids and labels of samples, enough for some steps. */
    List<EncodedText> samples(int steps, int vocabulary) {
        int[] lengths = lengths(steps);
        List<EncodedText> samples = new ArrayList<>(lengths.length);
        for (int sample = 0; sample < lengths.length; sample++) {
            int[] tokens = new int[lengths[sample]];
            boolean[] labelled = new boolean[tokens.length];
            for (int position = 0; position < tokens.length; position++) {
                tokens[position] = token(sample, position, vocabulary);
                labelled[position] = position >= unlabelled(tokens.length);
            }
            samples.add(new EncodedText(tokens, labelled));
        }
        return samples;
    }

    /** Lengths in the order of the samples. */
    int[] lengths(int steps) {
        Random random = new Random(seed);
        int[] lengths = new int[steps * batchSize];
        for (int sample = 0; sample < lengths.length; sample++) {
            lengths[sample] = switch (kind) {
                case FULL -> length;
                case MIXED ->
                    Math.clamp(Math.round(length / 5.0 * Math.exp(0.8 * random.nextGaussian())), SHORTEST, length);
            };
        }
        return lengths;
    }

    /** Tokens at the beginning of a sample that are not labelled. */
    int unlabelled(int tokens) {
        return switch (kind) {
            case FULL -> 0;
            case MIXED -> tokens / 3;
        };
    }

    /** The token at a place of a sample; the peer's script has the same formula. */
    static int token(int sample, int position, int vocabulary) {
        return 3 + (sample * 131 + position * 37 + position * position % 101) % (vocabulary - 3);
    }
}
