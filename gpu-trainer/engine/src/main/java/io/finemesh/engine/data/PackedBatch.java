package io.finemesh.engine.data;

import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.text.EncodedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Samples laid end to end in rows, each row a micro-batch. One sample is one document; no document is split over rows, and none is padded.
 *
 * <p>Conventions of a {@link PackedRow} made here, with T tokens and D documents:
 *
 * <ul>
 *   <li>{@code tokens} [T]: the samples' ids, in full;
 *   <li>{@code documentStarts} [D + 1]: index of each document's first token, then T (the {@code cu_seqlens} of attention kernels). Documents stand longest
 *       first, so those of like length are neighbours;
 *   <li>{@code positions()} [T]: 0, 1, 2, ... from each document's start;
 *   <li>{@code targets} [T], already shifted: {@code targets[t]} is {@code tokens[t + 1]} if that is a labelled token of the same document, else
 *       {@link PackedRow#NO_TARGET}. So the last token of a document predicts nothing, and the first of the next is predicted by nothing.
 * </ul>
 *
 * <p>The loss of an optimizer step is the sum over labelled tokens of all its rows divided by {@link #labelledTokens()}, not a mean of means of rows.
 *
 * @param rows at least one
 * @param samples index of each document's sample in what was packed, by row and document
 */
public record PackedBatch(List<PackedRow> rows, List<List<Integer>> samples) {
    public PackedBatch {
        rows = List.copyOf(rows);
        samples = samples.stream().map(List::copyOf).toList();
        if (rows.size() != samples.size()) {
            throw new IllegalArgumentException(
                    rows.size() + " rows need as many lists of samples, got " + samples.size());
        }
        for (int r = 0; r < rows.size(); r++) {
            if (rows.get(r).documents() != samples.get(r).size()) {
                throw new IllegalArgumentException(
                        "row " + r + " has " + rows.get(r).documents() + " documents, but "
                                + samples.get(r).size() + " samples");
            }
        }
    }

    /**
     * Packs samples into rows.
     *
     * @param samples in any order
     * @param tokensPerRow most tokens of a row
     * @throws DatasetException if a sample is longer than a row
     */
    public static PackedBatch of(List<EncodedText> samples, int tokensPerRow) {
        int[] lengths = samples.stream().mapToInt(EncodedText::length).toArray();
        List<List<Integer>> packing = RowPacker.pack(lengths, tokensPerRow);
        List<PackedRow> rows = new ArrayList<>();
        for (List<Integer> members : packing) {
            rows.add(row(members.stream().map(samples::get).toList()));
        }
        return new PackedBatch(rows, packing);
    }

    private static PackedRow row(List<EncodedText> documents) {
        int length = documents.stream().mapToInt(EncodedText::length).sum();
        int[] tokens = new int[length];
        int[] targets = new int[length];
        int[] starts = new int[documents.size() + 1];
        Arrays.fill(targets, PackedRow.NO_TARGET);
        for (int d = 0; d < documents.size(); d++) {
            EncodedText document = documents.get(d);
            int start = starts[d];
            starts[d + 1] = start + document.length();
            System.arraycopy(document.tokens(), 0, tokens, start, document.length());
            for (int t = 1; t < document.length(); t++) {
                if (document.labelled()[t]) {
                    targets[start + t - 1] = document.tokens()[t];
                }
            }
        }
        return new PackedRow(tokens, starts, targets);
    }

    /** Tokens of all rows. */
    public int tokens() {
        return rows.stream().mapToInt(row -> row.tokens().length).sum();
    }

    /** Predicted tokens of all rows. */
    public int labelledTokens() {
        return rows.stream().mapToInt(PackedRow::labelledTokens).sum();
    }

    /** Number of samples. */
    public int documents() {
        return rows.stream().mapToInt(PackedRow::documents).sum();
    }
}
