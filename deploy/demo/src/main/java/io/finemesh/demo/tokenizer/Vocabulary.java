package io.finemesh.demo.tokenizer;

import java.util.Comparator;
import java.util.List;

/**
 * What training a tokenizer gives.
 *
 * @param tokens the 256 byte symbols, then one token a merge, in order
 * @param merges pairs to join, most important first
 */
public record Vocabulary(List<String> tokens, List<Merge> merges) {
    public Vocabulary {
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
    }

    /**
     * Two neighbouring symbols that become one.
     *
     * @param left the first symbol
     * @param right the second symbol
     */
    public record Merge(String left, String right) implements Comparable<Merge> {
        private static final Comparator<Merge> ORDER =
                Comparator.comparing(Merge::left).thenComparing(Merge::right);

        String joined() {
            return left + right;
        }

        @Override
        public int compareTo(Merge other) {
            return ORDER.compare(this, other);
        }
    }
}
