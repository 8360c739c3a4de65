package io.finemesh.engine.text;

import java.util.Arrays;

/**
 * Token ids and which of them the model is trained to say.
 *
 * @param tokens ids, in order
 * @param labelled at each token, whether it is to be predicted from those before it; same length
 */
public record EncodedText(int[] tokens, boolean[] labelled) {
    public EncodedText {
        if (tokens.length != labelled.length) {
            throw new IllegalArgumentException(tokens.length + " tokens need as many labels, got " + labelled.length);
        }
    }

    /** Number of tokens. */
    public int length() {
        return tokens.length;
    }

    /** Tokens that are really predicted: the first never is, as nothing stands before it. */
    public int labelledTokens() {
        int count = 0;
        for (int i = 1; i < labelled.length; i++) {
            if (labelled[i]) {
                count++;
            }
        }
        return count;
    }

    /** The first tokens, with their labels. */
    public EncodedText first(int count) {
        return new EncodedText(Arrays.copyOf(tokens, count), Arrays.copyOf(labelled, count));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodedText that
                && Arrays.equals(tokens, that.tokens)
                && Arrays.equals(labelled, that.labelled);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tokens) + Arrays.hashCode(labelled);
    }

    @Override
    public String toString() {
        return length() + " tokens, " + labelledTokens() + " of them labelled";
    }
}
