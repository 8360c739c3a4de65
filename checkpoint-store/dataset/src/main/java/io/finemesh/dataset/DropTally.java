package io.finemesh.dataset;

import io.finemesh.dataset.Row.Dropped;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts dropped rows by reason, and keeps the first few in words. */
public final class DropTally {
    private static final int MOST_EXAMPLES = 20;

    private final Map<DropReason, Long> counts = new EnumMap<>(DropReason.class);
    private final List<String> examples = new ArrayList<>();

    /** Counts a row. */
    public void add(long line, Dropped dropped) {
        add(Optional.empty(), line, dropped);
    }

    /**
     * Counts a row of a file.
     *
     * @param file its name where there are several
     */
    public void add(Optional<String> file, long line, Dropped dropped) {
        counts.merge(dropped.reason(), 1L, Long::sum);
        if (examples.size() < MOST_EXAMPLES) {
            examples.add(file.map(name -> name + ", ").orElse("") + "line " + line + ": "
                    + dropped.reason().wireName() + ": " + dropped.detail());
        }
    }

    /** Blank lines one after the other; only the first of them is put in words. */
    public void addBlank(Optional<String> file, long firstLine, long count) {
        if (count > 0) {
            add(file, firstLine, new Dropped(DropReason.EMPTY, "the line is blank"));
            counts.merge(DropReason.EMPTY, count - 1, Long::sum);
        }
    }

    /** Rows dropped, by reason; reasons that did not occur are absent. */
    public Map<String, Long> counts() {
        Map<String, Long> named = new TreeMap<>();
        counts.forEach((reason, count) -> named.put(reason.wireName(), count));
        return named;
    }

    /** Rows dropped. */
    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The first few dropped rows: line, reason, what was found. */
    public List<String> examples() {
        return List.copyOf(examples);
    }
}
