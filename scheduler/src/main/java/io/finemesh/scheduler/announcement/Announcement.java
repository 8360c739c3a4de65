package io.finemesh.scheduler.announcement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topic;
import java.time.Instant;
import java.util.Optional;

/**
 * Something to be said.
 *
 * @param topic where
 * @param envelope what, with identity, time, cause and trace
 */
public record Announcement<T extends Message>(Topic<T> topic, Envelope<T> envelope) {
    private static final String SOURCE = "/scheduler";

    public Announcement {
        requireNonNull(topic, "topic is null");
        requireNonNull(envelope, "envelope is null");
    }

    /**
     * Something about a run.
     *
     * @param topic where it is said
     * @param key record key
     * @param run the run it belongs to
     * @param cause what led to it
     * @param ordinal tells messages of one cause on one topic apart; equal causes and ordinals give equal identities
     * @param traceparent trace of the run's submission
     */
    public static <T extends Message> Announcement<T> about(
            Topic<T> topic,
            String key,
            RunId run,
            EventId cause,
            int ordinal,
            Optional<String> traceparent,
            Instant now,
            T body) {
        return new Announcement<>(
                topic,
                new Envelope<>(
                        EventId.derived(cause, topic.name(), ordinal),
                        SOURCE,
                        key,
                        now,
                        traceparent,
                        Optional.of(run.value()),
                        Optional.of(cause),
                        body));
    }
}
