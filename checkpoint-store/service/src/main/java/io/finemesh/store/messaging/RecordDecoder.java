package io.finemesh.store.messaging;

import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Message;

/** From a channel's message to what the record says. Thread-safe. */
final class RecordDecoder {
    private final EventCodec codec = new EventCodec();

    /**
     * Reads a record.
     *
     * @throws UnreadableRecordException naming what was found and what the topic carries
     */
    <T extends io.finemesh.contract.Message> Envelope<T> decode(Topic<T> topic, Message<byte[]> message) {
        IncomingKafkaRecordMetadata<?, ?> record = message.getMetadata(IncomingKafkaRecordMetadata.class)
                .orElseThrow(() -> new UnreadableRecordException("a message without the metadata of a record"));
        Headers headers = record.getHeaders() == null ? new RecordHeaders() : record.getHeaders();
        return codec.decode(topic, (String) record.getKey(), headers, message.getPayload());
    }
}
