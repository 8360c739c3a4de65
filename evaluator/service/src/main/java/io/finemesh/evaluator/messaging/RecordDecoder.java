package io.finemesh.evaluator.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;

/** Reads a contract message out of a record as the connector gives it. */
final class RecordDecoder {
    private RecordDecoder() {}

    @SuppressWarnings("unchecked") // The metadata's key type is what the channel's key deserialiser gives: a string.
    static <T extends Message> Envelope<T> decode(
            EventCodec codec, Topic<T> topic, org.eclipse.microprofile.reactive.messaging.Message<byte[]> message) {
        IncomingKafkaRecordMetadata<String, byte[]> metadata = message.getMetadata(IncomingKafkaRecordMetadata.class)
                .orElseThrow(() -> new UnreadableRecordException("a message that is no Kafka record"));
        return codec.decode(topic, metadata.getKey(), metadata.getHeaders(), message.getPayload());
    }
}
