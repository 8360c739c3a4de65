package io.finemesh.store.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.store.publication.EventPublisher;
import io.finemesh.store.publication.PublicationException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends to Kafka and waits for every replica in sync to confirm. Thread-safe. */
public final class KafkaEventPublisher implements EventPublisher, AutoCloseable {
    private final KafkaProducer<String, byte[]> producer;
    private final EventCodec codec = new EventCodec();
    private final Duration timeout;
    private final String brokers;

    /**
     * @param brokers bootstrap servers
     * @param timeout longest wait for a confirmation
     */
    public KafkaEventPublisher(String brokers, Duration timeout) {
        this.brokers = brokers;
        this.timeout = timeout;
        int millis = Math.toIntExact(timeout.toMillis());
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "finemesh-checkpoint-store");
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // Waiting for metadata and for delivery each take at most half, so that a caller is answered in time.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis / 2);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis / 4);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis / 2);
        this.producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }

    @Override
    public <T extends Message> void publish(Topic<? super T> topic, Envelope<T> envelope) {
        String what = envelope.body().getClass().getSimpleName() + " for " + envelope.key();
        try {
            producer.send(codec.encode(topic, envelope)).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException unconfirmed) {
            Throwable reason = unconfirmed instanceof ExecutionException ? unconfirmed.getCause() : unconfirmed;
            throw new PublicationException(
                    what + " is not on " + topic.name() + " yet: the broker at " + brokers + " did not confirm it ("
                            + reason.getMessage() + ")",
                    unconfirmed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new PublicationException(what + " was not confirmed before the service stopped", stopped);
        }
    }

    @Override
    public void close() {
        producer.close(timeout);
    }
}
