package io.finemesh.gateway.view;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import java.time.Instant;

/**
 * A message with where and when it was said.
 *
 * @param source which topic it was read from
 * @param offset its offset in its partition
 * @param id identity; equal ids mean the same message delivered again
 * @param time when it was said
 * @param body the message
 */
public record Occurrence(Source source, long offset, EventId id, Instant time, Message body) {
    public Occurrence {
        requireNonNull(source, "source is null");
        requireNonNull(id, "id is null");
        requireNonNull(time, "time is null");
        requireNonNull(body, "body is null");
    }
}
