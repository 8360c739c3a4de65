package io.finemesh.gateway.fake;

import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Orders in which topics can be read: each topic in its own order, the topics mixed in any way. */
public final class Interleaving {
    private Interleaving() {}

    /** One such order by chance; whole topics at a time now and then, as a rebuild reads them. */
    public static List<Occurrence> of(List<Occurrence> occurrences, RandomGenerator random) {
        Map<Source, Deque<Occurrence>> topics = new EnumMap<>(Source.class);
        for (Occurrence occurrence : occurrences) {
            topics.computeIfAbsent(occurrence.source(), _ -> new ArrayDeque<>()).add(occurrence);
        }
        List<Occurrence> read = new ArrayList<>();
        while (!topics.isEmpty()) {
            List<Source> left = List.copyOf(topics.keySet());
            Deque<Occurrence> topic = topics.get(left.get(random.nextInt(left.size())));
            int burst = random.nextInt(1, random.nextInt(4) == 0 ? 100 : 4);
            for (int count = 0; count < burst && !topic.isEmpty(); count++) {
                read.add(topic.poll());
            }
            topics.values().removeIf(Deque::isEmpty);
        }
        return read;
    }
}
