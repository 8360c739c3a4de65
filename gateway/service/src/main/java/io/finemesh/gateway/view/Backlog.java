package io.finemesh.gateway.view;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * What a run's view holds, in the order in which it was said. Each source keeps its own order, which its offsets give; between sources
 * the time decides.
 */
final class Backlog {
    private Backlog() {}

    /** Places in the run's order of arrival, by time. */
    static int[] inOrderOfTime(RunView run) {
        Map<Source, List<Entry>> sources = new EnumMap<>(Source.class);
        for (int order = 0; order < run.arrivals().size(); order++) {
            Entry entry = entry(run, order);
            sources.computeIfAbsent(entry.source(), _ -> new ArrayList<>()).add(entry);
        }
        PriorityQueue<Head> heads = new PriorityQueue<>(
                Comparator.comparingLong((Head head) -> head.first().millis())
                        .thenComparing(head -> head.first().source()));
        sources.values().forEach(entries -> heads.add(new Head(entries, 0)));
        int[] places = new int[run.arrivals().size()];
        for (int index = 0; index < places.length; index++) {
            Head head = heads.remove();
            places[index] = head.first().order();
            if (head.next() + 1 < head.entries().size()) {
                heads.add(new Head(head.entries(), head.next() + 1));
            }
        }
        return places;
    }

    private static Entry entry(RunView run, int order) {
        Arrivals arrivals = run.arrivals();
        if (arrivals.isStep(order)) {
            // A step that was taken again since has no time any more, and is not told: it goes with the one before it.
            long millis = run.ledger().millisOf(arrivals.step(order), order).orElse(Long.MIN_VALUE);
            return new Entry(Source.STEPS, millis, order);
        }
        Occurrence occurrence = run.moment(arrivals.moment(order));
        return new Entry(occurrence.source(), occurrence.time().toEpochMilli(), order);
    }

    private record Entry(Source source, long millis, int order) {}

    private record Head(List<Entry> entries, int next) {
        Entry first() {
            return entries.get(next);
        }
    }
}
