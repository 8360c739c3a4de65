package io.finemesh.contract.wire;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import java.time.Instant;
import java.util.Optional;

/**
 * A message with what travels in the headers of its record.
 *
 * @param id identity; equal ids mean the same message delivered again
 * @param source which process said it, such as {@code /gateway} or {@code /gpu-trainer/trainer-0}
 * @param key record key
 * @param time when it was said
 * @param traceparent W3C trace context of the submission that everything goes back to (CloudEvents distributed tracing extension: the
 *     starting trace, not the hop)
 * @param correlation the run it belongs to
 * @param causation the message that caused it
 * @param body the message
 */
public record Envelope<T extends Message>(
        EventId id,
        String source,
        String key,
        Instant time,
        Optional<String> traceparent,
        Optional<String> correlation,
        Optional<EventId> causation,
        T body) {
    public Envelope {
        requireNonNull(id, "id is null");
        requireNonNull(source, "source is null");
        requireNonNull(key, "key is null");
        requireNonNull(time, "time is null");
        requireNonNull(body, "body is null");
        traceparent = traceparent == null ? Optional.empty() : traceparent;
        correlation = correlation == null ? Optional.empty() : correlation;
        causation = causation == null ? Optional.empty() : causation;
    }

    /** A message that starts something: nothing caused it. */
    public static <T extends Message> Envelope<T> starting(
            EventId id, String source, String key, Instant time, Optional<String> traceparent, T body) {
        return new Envelope<>(id, source, key, time, traceparent, Optional.of(key), Optional.empty(), body);
    }

    /** A message caused by another one: its submission's trace and run are carried on. */
    public static <T extends Message> Envelope<T> causedBy(
            Envelope<?> cause, EventId id, String source, String key, Instant time, T body) {
        return new Envelope<>(
                id, source, key, time, cause.traceparent(), cause.correlation(), Optional.of(cause.id()), body);
    }
}
