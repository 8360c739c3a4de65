package io.finemesh.contract.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.json.WireMapper;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Messages as Kafka records: CloudEvents 1.0 in binary mode, the value is the body as JSON, every attribute is a {@code ce_} header.
 * Whatever cannot be read ends in {@link UnreadableRecordException}, never in another exception. Thread-safe.
 */
public final class EventCodec {
    static final String SPECIFICATION_VERSION = "1.0";
    static final String JSON = "application/json";

    private final ObjectMapper mapper = WireMapper.create();

    /** The record to send, without a partition: the key decides it. */
    public <T extends Message> ProducerRecord<String, byte[]> encode(Topic<? super T> topic, Envelope<T> envelope) {
        return new ProducerRecord<>(
                topic.name(), null, envelope.key(), value(envelope.body()), headers(topic, envelope));
    }

    /** Headers of the record of an envelope. */
    public <T extends Message> Headers headers(Topic<? super T> topic, Envelope<T> envelope) {
        if (!topic.type().isInstance(envelope.body())) {
            throw new IllegalArgumentException(
                    envelope.body().getClass().getSimpleName() + " does not travel on " + topic.name());
        }
        Headers headers = new RecordHeaders();
        put(headers, "content-type", JSON);
        put(headers, "ce_specversion", SPECIFICATION_VERSION);
        put(headers, "ce_id", envelope.id().value());
        put(headers, "ce_source", envelope.source());
        put(headers, "ce_type", WireNames.of(envelope.body().getClass()));
        put(headers, "ce_time", envelope.time().toString());
        put(headers, "ce_subject", envelope.key());
        envelope.traceparent().ifPresent(value -> put(headers, "ce_traceparent", value));
        envelope.correlation().ifPresent(value -> put(headers, "ce_correlationid", value));
        envelope.causation().ifPresent(value -> put(headers, "ce_causationid", value.value()));
        return headers;
    }

    /** The body alone, as it stands in the record's value. */
    public byte[] value(Message body) {
        try {
            return mapper.writeValueAsBytes(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a contract record that JSON cannot express: " + body, impossible);
        }
    }

    /**
     * Reads a record.
     *
     * @throws UnreadableRecordException naming what was found and what the topic carries
     */
    public <T extends Message> Envelope<T> decode(Topic<T> topic, ConsumerRecord<String, byte[]> record) {
        return decode(topic, record.key(), record.headers(), record.value());
    }

    /**
     * Reads a record's parts.
     *
     * @throws UnreadableRecordException naming what was found and what the topic carries
     */
    public <T extends Message> Envelope<T> decode(Topic<T> topic, String key, Headers headers, byte[] value) {
        String where = "record on " + topic.name() + " with key '" + key + "'";
        if (key == null) {
            throw new UnreadableRecordException(where + " has no key; expected the " + topic.keyedBy());
        }
        String version = require(where, headers, "ce_specversion");
        if (!version.equals(SPECIFICATION_VERSION)) {
            throw new UnreadableRecordException(
                    where + " has ce_specversion '" + version + "', allowed: " + SPECIFICATION_VERSION);
        }
        String name = require(where, headers, "ce_type");
        Class<? extends Message> type = WireNames.type(name)
                .filter(topic.type()::isAssignableFrom)
                .orElseThrow(() -> new UnreadableRecordException(where + " has ce_type '" + name + "', which is not a "
                        + topic.type().getSimpleName()));
        if (value == null) {
            throw new UnreadableRecordException(where + " of type " + name + " has no value");
        }
        try {
            return new Envelope<>(
                    new EventId(require(where, headers, "ce_id")),
                    require(where, headers, "ce_source"),
                    key,
                    Instant.parse(require(where, headers, "ce_time")),
                    text(headers, "ce_traceparent"),
                    text(headers, "ce_correlationid"),
                    text(headers, "ce_causationid").map(EventId::new),
                    topic.type().cast(mapper.readValue(value, type)));
        } catch (IOException | IllegalArgumentException | NullPointerException | DateTimeParseException unreadable) {
            throw new UnreadableRecordException(
                    where + " of type " + name + " cannot be read: " + firstLine(unreadable), unreadable);
        }
    }

    private static String firstLine(Exception exception) {
        String message = String.valueOf(exception.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static String require(String where, Headers headers, String name) {
        return text(headers, name)
                .orElseThrow(() -> new UnreadableRecordException(where + " lacks the header " + name));
    }

    private static Optional<String> text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), UTF_8));
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }
}
