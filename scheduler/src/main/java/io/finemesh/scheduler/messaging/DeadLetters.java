package io.finemesh.scheduler.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Records that could not be read or decided, as they go to their topic's dead-letter topic: unchanged, with the reason in headers. Header names are
 * those of SmallRye Reactive Messaging, so that the dead letters of all services read alike.
 */
final class DeadLetters {
    private static final String REASON = "dead-letter-reason";
    private static final String EXCEPTION = "dead-letter-exception-class-name";
    private static final String CAUSE = "dead-letter-cause";
    private static final String TOPIC = "dead-letter-topic";
    private static final String PARTITION = "dead-letter-partition";
    private static final String OFFSET = "dead-letter-offset";

    private DeadLetters() {}

    static Record<String, byte[]> of(Record<String, byte[]> record, RecordMetadata where, Exception reason) {
        Headers headers = new RecordHeaders(record.headers());
        put(headers, REASON, String.valueOf(reason.getMessage()));
        put(headers, EXCEPTION, reason.getClass().getName());
        if (reason.getCause() != null) {
            put(headers, CAUSE, String.valueOf(reason.getCause().getMessage()));
        }
        put(headers, TOPIC, where.topic());
        put(headers, PARTITION, Integer.toString(where.partition()));
        put(headers, OFFSET, Long.toString(where.offset()));
        return record.withHeaders(headers);
    }

    private static void put(Headers headers, String name, String value) {
        headers.remove(name);
        headers.add(name, value.getBytes(UTF_8));
    }
}
