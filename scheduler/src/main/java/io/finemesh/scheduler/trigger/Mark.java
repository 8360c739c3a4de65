package io.finemesh.scheduler.trigger;

import java.util.ArrayList;
import java.util.List;

/**
 * A place in the growth of a data set, with the sums of all that came up to it; two of them differ by what came between.
 *
 * @param slice newest slice
 * @param samples training rows
 * @param tokens their estimated tokens
 * @param lengths training rows by length, as in {@link io.finemesh.contract.store.DatasetSlice#lengths}
 */
public record Mark(int slice, long samples, long tokens, List<Long> lengths) {
    /** Before the first slice. */
    static final Mark NONE = new Mark(0, 0, 0, List.of());

    public Mark {
        lengths = List.copyOf(lengths);
    }

    Mark plus(int newest, long addedSamples, long addedTokens, List<Long> addedLengths) {
        return new Mark(newest, samples + addedSamples, tokens + addedTokens, sum(lengths, addedLengths, 1));
    }

    /** What came after an earlier mark; its slice is the newest one. */
    Mark since(Mark earlier) {
        return new Mark(
                slice, samples - earlier.samples(), tokens - earlier.tokens(), sum(lengths, earlier.lengths(), -1));
    }

    private static List<Long> sum(List<Long> one, List<Long> other, int sign) {
        List<Long> sum = new ArrayList<>();
        for (int bin = 0; bin < Math.max(one.size(), other.size()); bin++) {
            sum.add((bin < one.size() ? one.get(bin) : 0) + sign * (bin < other.size() ? other.get(bin) : 0));
        }
        return sum;
    }
}
