package io.finemesh.scheduler.trigger;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happened to a policy and was not fired on yet. Volume and drift are not here: they show in the data set itself.
 *
 * @param schedules when each schedule was due last
 * @param events outside events of each trigger
 * @param regressions what each regression was
 * @param requests what people asked for, oldest first
 */
public record Pending(
        Map<String, Instant> schedules,
        Map<String, Events> events,
        Map<String, Regression> regressions,
        List<Request> requests) {
    static final Pending NOTHING = new Pending(Map.of(), Map.of(), Map.of(), List.of());

    public Pending {
        schedules = Collections.unmodifiableMap(new TreeMap<>(schedules));
        events = Collections.unmodifiableMap(new TreeMap<>(events));
        regressions = Collections.unmodifiableMap(new TreeMap<>(regressions));
        requests = List.copyOf(requests);
    }

    /**
     * Outside events.
     *
     * @param count how many
     * @param first the first {@link #MOST_NAMED} of them
     */
    public record Events(long count, List<String> first) {
        static final int MOST_NAMED = 20;

        public Events {
            first = List.copyOf(first);
        }

        Events plus(String event) {
            List<String> named = new ArrayList<>(first);
            if (named.size() < MOST_NAMED) {
                named.add(event);
            }
            return new Events(count + 1, named);
        }
    }

    /**
     * A score that became worse.
     *
     * @param checkpoint the checkpoint
     * @param first its first score
     * @param now its newest
     */
    public record Regression(String checkpoint, double first, double now) {
        public Regression {
            requireNonNull(checkpoint, "checkpoint is null");
        }
    }

    /**
     * What a person asked for.
     *
     * @param id identity of the request
     * @param reason in the person's words
     */
    public record Request(String id, String reason) {
        public Request {
            requireNonNull(id, "id is null");
            requireNonNull(reason, "reason is null");
        }
    }

    Pending withSchedule(String trigger, Instant due) {
        return new Pending(with(schedules, trigger, due), events, regressions, requests);
    }

    Pending withEvent(String trigger, String event) {
        Events so = events.getOrDefault(trigger, new Events(0, List.of()));
        return new Pending(schedules, with(events, trigger, so.plus(event)), regressions, requests);
    }

    Pending withRegression(String trigger, Regression regression) {
        return new Pending(schedules, events, with(regressions, trigger, regression), requests);
    }

    Pending withRequest(Request request) {
        List<Request> more = new ArrayList<>(requests);
        more.add(request);
        return new Pending(schedules, events, regressions, more);
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> changed = new TreeMap<>(map);
        changed.put(key, value);
        return changed;
    }
}
