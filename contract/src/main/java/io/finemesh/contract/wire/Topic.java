package io.finemesh.contract.wire;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import java.util.List;
import java.util.Map;

/**
 * One topic: one sealed type of message, one producing service.
 *
 * @param name name on the broker, with the version of its message family
 * @param type what travels on it
 * @param keyedBy what the record key names, in words
 * @param owner the only service that produces to it
 * @param consumers services that read it
 * @param partitions number of partitions; topics read together by the scheduler have equally many
 * @param cleanup how long records are kept
 * @param about one sentence for people
 */
public record Topic<T extends Message>(
        String name,
        Class<T> type,
        String keyedBy,
        String owner,
        List<String> consumers,
        int partitions,
        Cleanup cleanup,
        String about) {
    public Topic {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        consumers = List.copyOf(consumers);
    }

    /** Topic that keeps what a consumer of this one could not read or handle, with the reason in its headers. */
    public String deadLetterName() {
        return name + ".dlq";
    }

    /** Topic-level broker configuration. */
    public Map<String, String> configuration() {
        return cleanup.configuration();
    }

    /** Every topic of the mesh. */
    public static List<Topic<?>> all() {
        return Topics.ALL;
    }
}
