package io.finemesh.engine.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decides which documents share a row: first-fit decreasing (Johnson, 1973), at most 11/9 of the fewest rows possible plus one. Longest first, equal lengths
 * in the order given, each into the first row with room; so the result depends on the lengths alone, and within a row lengths never rise.
 *
 * <p>Always ends: each document is looked at once. LLaMA-Factory's {@code greedy_knapsack} runs for ever on a document longer than a row; here it is an error
 * before anything is packed.
 */
public final class RowPacker {
    private RowPacker() {}

    /**
     * Packs documents.
     *
     * @param lengths tokens of each document, at least 1
     * @param capacity tokens of a row, at least 1
     * @return rows in the order they were begun; each the indices of its documents, longest first
     * @throws DatasetException if a document is longer than a row
     */
    public static List<List<Integer>> pack(int[] lengths, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a row has room for at least 1 token, got " + capacity);
        }
        for (int document = 0; document < lengths.length; document++) {
            if (lengths[document] < 1) {
                throw new IllegalArgumentException("document " + document + " has " + lengths[document] + " tokens");
            }
            if (lengths[document] > capacity) {
                throw new DatasetException(
                        DatasetException.Reason.SAMPLE_EXCEEDS_ROW,
                        "sample " + document + " has " + lengths[document] + " tokens, a row takes at most " + capacity
                                + "; lower the cut-off or raise the tokens per row");
            }
        }
        List<List<Integer>> rows = new ArrayList<>();
        List<Integer> room = new ArrayList<>();
        IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer document) -> lengths[document])
                        .reversed())
                .forEach(document -> {
                    int row = 0;
                    while (row < rows.size() && room.get(row) < lengths[document]) {
                        row++;
                    }
                    if (row == rows.size()) {
                        rows.add(new ArrayList<>());
                        room.add(capacity);
                    }
                    rows.get(row).add(document);
                    room.set(row, room.get(row) - lengths[document]);
                });
        return rows.stream().map(List::copyOf).toList();
    }
}
