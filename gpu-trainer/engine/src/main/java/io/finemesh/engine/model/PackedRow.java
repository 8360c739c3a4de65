package io.finemesh.engine.model;

import java.util.Arrays;

/**
 * Documents laid end to end: no padding, no attention from one to another, positions start at 0 in each.
 *
 * @param tokens of all documents
 * @param documentStarts index of each document's first token, and the number of tokens as last element
 * @param targets at each token the one to be predicted from it, or {@link #NO_TARGET}
 */
public record PackedRow(int[] tokens, int[] documentStarts, int[] targets) {
    /** Marks a token from which nothing is predicted. */
    public static final int NO_TARGET = -100;

    public PackedRow {
        if (targets.length != tokens.length) {
            throw new IllegalArgumentException(tokens.length + " tokens need as many targets, got " + targets.length);
        }
        if (documentStarts.length < 2
                || documentStarts[0] != 0
                || documentStarts[documentStarts.length - 1] != tokens.length) {
            throw new IllegalArgumentException(
                    "document starts must go from 0 to " + tokens.length + ", got " + Arrays.toString(documentStarts));
        }
        for (int d = 1; d < documentStarts.length; d++) {
            if (documentStarts[d] <= documentStarts[d - 1]) {
                throw new IllegalArgumentException(
                        "document " + (d - 1) + " has no token: " + Arrays.toString(documentStarts));
            }
        }
    }

    /** Documents without anything to predict. */
    public static PackedRow unlabelled(Iterable<int[]> documents) {
        int[] tokens = new int[0];
        int[] starts = {0};
        for (int[] document : documents) {
            int end = tokens.length + document.length;
            int[] longer = Arrays.copyOf(tokens, end);
            System.arraycopy(document, 0, longer, tokens.length, document.length);
            tokens = longer;
            starts = Arrays.copyOf(starts, starts.length + 1);
            starts[starts.length - 1] = end;
        }
        int[] targets = new int[tokens.length];
        Arrays.fill(targets, NO_TARGET);
        return new PackedRow(tokens, starts, targets);
    }

    /** Number of documents. */
    public int documents() {
        return documentStarts.length - 1;
    }

    /** Tokens of a document. */
    public int length(int document) {
        return documentStarts[document + 1] - documentStarts[document];
    }

    /** Number of tokens from which one is predicted. */
    public int labelledTokens() {
        int count = 0;
        for (int target : targets) {
            if (target != NO_TARGET) {
                count++;
            }
        }
        return count;
    }

    /** Position of each token in its document. */
    public int[] positions() {
        int[] positions = new int[tokens.length];
        for (int d = 0; d < documents(); d++) {
            for (int t = documentStarts[d]; t < documentStarts[d + 1]; t++) {
                positions[t] = t - documentStarts[d];
            }
        }
        return positions;
    }

    /** For each token, how many its document has. */
    public int[] lengths() {
        int[] lengths = new int[tokens.length];
        for (int d = 0; d < documents(); d++) {
            Arrays.fill(lengths, documentStarts[d], documentStarts[d + 1], length(d));
        }
        return lengths;
    }
}
