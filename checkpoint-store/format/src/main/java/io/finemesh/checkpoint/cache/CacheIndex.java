package io.finemesh.checkpoint.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which objects are there, in the order of their last use, and what has to go when room is needed. Knows no files. Not
 * thread-safe: its cache guards it.
 */
final class CacheIndex {
    private final long capacityBytes;
    private final Map<String, Long> sizes = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Integer> pins = new HashMap<>();
    private long presentBytes;
    private long reservedBytes;

    CacheIndex(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /** Bytes of all objects, those on their way included. */
    long totalBytes() {
        return presentBytes + reservedBytes;
    }

    /** Size of an object that is there, which counts as its use. */
    Optional<Long> use(String digest) {
        return Optional.ofNullable(sizes.get(digest));
    }

    void add(String digest, long sizeBytes) {
        Long before = sizes.put(digest, sizeBytes);
        presentBytes += sizeBytes - (before == null ? 0 : before);
    }

    void remove(String digest) {
        Long before = sizes.remove(digest);
        presentBytes -= before == null ? 0 : before;
    }

    void pin(Collection<String> digests) {
        digests.forEach(digest -> pins.merge(digest, 1, Integer::sum));
    }

    void unpin(Collection<String> digests) {
        digests.forEach(digest -> pins.computeIfPresent(digest, (name, count) -> count == 1 ? null : count - 1));
    }

    /**
     * Sets room aside for an object on its way. Objects used longest ago go first, pinned ones never.
     *
     * @return objects to delete, no longer in the index; empty when no choice of victims makes enough room, and then nothing
     *     has changed
     */
    Optional<List<String>> reserve(long sizeBytes) {
        long excess = totalBytes() + sizeBytes - capacityBytes;
        List<String> victims = new ArrayList<>();
        for (Map.Entry<String, Long> entry : sizes.entrySet()) {
            if (excess <= 0) {
                break;
            }
            if (!pins.containsKey(entry.getKey())) {
                victims.add(entry.getKey());
                excess -= entry.getValue();
            }
        }
        if (excess > 0) {
            return Optional.empty();
        }
        victims.forEach(this::remove);
        reservedBytes += sizeBytes;
        return Optional.of(victims);
    }

    void release(long sizeBytes) {
        reservedBytes -= sizeBytes;
    }
}
