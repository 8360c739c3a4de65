package io.finemesh.contract.wire;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a service keeps its memberships in Kafka's consumer groups. Kafka knows a service by its name and gives it a new membership when another one of that name has
 * joined; the two then take the channels from each other, each time with a new membership. One that changes twice within a minute is contested: a broker that was away
 * changes it once at most. Not safe for several threads: it remembers.
 */
public final class Memberships {
    private static final Duration MEMORY = Duration.ofMinutes(1);
    private static final int CHANGES = 2;

    private final Map<String, String> last = new HashMap<>();
    private final Map<String, Deque<Instant>> changes = new HashMap<>();

    /**
     * Channels that are contested.
     *
     * @param members what Kafka calls the service now, by channel; a channel that does not say is left out
     * @param now when that was asked; never earlier than the time before
     */
    public Set<String> contested(Map<String, String> members, Instant now) {
        members.forEach((channel, member) -> {
            Optional<String> before = Optional.ofNullable(last.put(channel, member));
            if (before.isPresent() && !before.get().equals(member)) {
                changes.computeIfAbsent(channel, _ -> new ArrayDeque<>()).add(now);
            }
        });
        Set<String> contested = new TreeSet<>();
        changes.forEach((channel, at) -> {
            while (!at.isEmpty() && at.getFirst().isBefore(now.minus(MEMORY))) {
                at.removeFirst();
            }
            if (at.size() >= CHANGES) {
                contested.add(channel);
            }
        });
        return contested;
    }
}
