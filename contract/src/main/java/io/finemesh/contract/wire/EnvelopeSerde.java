package io.finemesh.contract.wire;

import io.finemesh.contract.Message;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Serialises whole envelopes of one topic for Kafka Streams: body in the value, the rest in the headers. Deserialising needs the key,
 * which {@code ce_subject} repeats.
 */
public final class EnvelopeSerde<T extends Message> implements Serde<Envelope<T>> {
    private final Topic<T> topic;
    private final EventCodec codec = new EventCodec();

    public EnvelopeSerde(Topic<T> topic) {
        this.topic = topic;
    }

    @Override
    public Serializer<Envelope<T>> serializer() {
        return new Serializer<>() {
            @Override
            public byte[] serialize(String name, Envelope<T> envelope) {
                throw new SerializationException("an envelope needs headers; " + name + " was written without them");
            }

            @Override
            public byte[] serialize(String name, Headers headers, Envelope<T> envelope) {
                for (Header header : headers.toArray()) {
                    headers.remove(header.key());
                }
                codec.headers(topic, envelope).forEach(headers::add);
                return codec.value(envelope.body());
            }
        };
    }

    @Override
    public Deserializer<Envelope<T>> deserializer() {
        return new Deserializer<>() {
            private final StringDeserializer strings = new StringDeserializer();

            @Override
            public Envelope<T> deserialize(String name, byte[] value) {
                throw new SerializationException("an envelope needs headers; " + name + " was read without them");
            }

            @Override
            public Envelope<T> deserialize(String name, Headers headers, byte[] value) {
                Header subject = headers.lastHeader("ce_subject");
                String key = subject == null ? null : strings.deserialize(name, subject.value());
                return codec.decode(topic, key, headers, value);
            }
        };
    }
}
