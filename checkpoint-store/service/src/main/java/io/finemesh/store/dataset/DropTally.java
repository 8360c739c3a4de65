package io.finemesh.store.dataset;

import io.finemesh.store.dataset.Row.Dropped;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts dropped rows by reason, and keeps the first few in words. */
final class DropTally {
    private static final int MOST_EXAMPLES = 20;

    private final Map<DropReason, Long> counts = new EnumMap<>(DropReason.class);
    private final List<String> examples = new ArrayList<>();

    void add(long line, Dropped dropped) {
        counts.merge(dropped.reason(), 1L, Long::sum);
        if (examples.size() < MOST_EXAMPLES) {
            examples.add("line " + line + ": " + dropped.reason().wireName() + ": " + dropped.detail());
        }
    }

    /** Blank lines one after the other; only the first of them is put in words. */
    void addBlank(long firstLine, long count) {
        if (count > 0) {
            add(firstLine, new Dropped(DropReason.EMPTY, "the line is blank"));
            counts.merge(DropReason.EMPTY, count - 1, Long::sum);
        }
    }

    /** Rows dropped, by reason; reasons that did not occur are absent. */
    Map<String, Long> counts() {
        Map<String, Long> named = new TreeMap<>();
        counts.forEach((reason, count) -> named.put(reason.wireName(), count));
        return named;
    }

    long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The first few dropped rows: line, reason, what was found. */
    List<String> examples() {
        return List.copyOf(examples);
    }
}
