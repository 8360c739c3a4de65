package io.finemesh.store.growth;

import io.finemesh.dataset.Turn;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Sizes of rows. Tokens are estimated, since the store has no model's tokenizer: four UTF-8 bytes each, rounded up for each row. */
final class SliceStatistics {
    private static final int BYTES_PER_TOKEN = 4;
    private static final int MOST_LENGTHS = 32;

    private long characters;
    private long estimatedTokens;
    private final long[] lengths = new long[MOST_LENGTHS];
    private int used;

    void add(Size size) {
        characters += size.characters();
        estimatedTokens += size.estimatedTokens();
        int bucket = 31 - Integer.numberOfLeadingZeros(Math.max(1, size.characters()));
        lengths[bucket]++;
        used = Math.max(used, bucket + 1);
    }

    long characters() {
        return characters;
    }

    long estimatedTokens() {
        return estimatedTokens;
    }

    /** Rows by length: entry n counts those of 2^n up to, not including, 2^(n+1) characters. */
    List<Long> lengths() {
        return Arrays.stream(lengths, 0, used).boxed().toList();
    }

    /**
     * Size of one row.
     *
     * @param characters Unicode code points of all its texts
     * @param estimatedTokens UTF-8 bytes of all its texts by four
     */
    record Size(int characters, int estimatedTokens) {
        static Size of(List<Turn> turns) {
            int characters = 0;
            long bytes = 0;
            for (Turn turn : turns) {
                characters += turn.content().codePointCount(0, turn.content().length());
                bytes += turn.content().getBytes(StandardCharsets.UTF_8).length;
            }
            return new Size(characters, Math.toIntExact((bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN));
        }
    }
}
