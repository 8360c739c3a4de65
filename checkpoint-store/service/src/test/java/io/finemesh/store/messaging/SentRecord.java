package io.finemesh.store.messaging;

import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import io.smallrye.reactive.messaging.memory.InMemorySource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** A record put on a channel, and what the listener does with it: {@code acknowledged}, or {@code refused: } and why. */
final class SentRecord {
    private static final EventCodec CODEC = new EventCodec();

    private final CompletableFuture<String> outcome = new CompletableFuture<>();

    private SentRecord() {}

    /** Done when the record is acknowledged or refused. */
    CompletableFuture<String> outcome() {
        return outcome;
    }

    static SentRecord send(InMemoryConnector connector, String channel, ConsumerRecord<String, byte[]> record) {
        SentRecord sent = new SentRecord();
        InMemorySource<Message<byte[]>> source = connector.source(channel);
        source.send(Message.of(
                record.value(),
                Metadata.of(new IncomingKafkaRecordMetadata<>(record, channel)),
                () -> sent.done("acknowledged"),
                failure -> sent.done("refused: " + failure.getClass().getName() + " " + failure.getMessage())));
        return sent;
    }

    private CompletionStage<Void> done(String what) {
        outcome.complete(what);
        return CompletableFuture.completedFuture(null);
    }

    /** The record of a message, as the broker delivers it. */
    static <T extends io.finemesh.contract.Message> ConsumerRecord<String, byte[]> record(
            Topic<? super T> topic, Envelope<T> envelope) {
        ProducerRecord<String, byte[]> produced = CODEC.encode(topic, envelope);
        return record(topic, produced.key(), produced.value(), produced.headers());
    }

    /** A record of any content. */
    static ConsumerRecord<String, byte[]> record(Topic<?> topic, String key, byte[] value, Headers headers) {
        return new ConsumerRecord<>(
                topic.name(),
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                new RecordHeaders(headers.toArray()),
                Optional.empty());
    }
}
