package io.finemesh.trainer.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.training.TrainingEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.trainer.config.TrainerConfig;
import io.finemesh.trainer.event.EventSink;
import io.finemesh.trainer.heartbeat.HeartbeatSink;
import io.quarkus.arc.DefaultBean;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Sends through two producers. Events and steps go through one that is idempotent and patient, so that what is said about a run
 * arrives once and in order however long the broker is away. Heartbeats go through one that gives up at once, since an old heartbeat
 * says nothing and must not queue in front of an event.
 */
@Singleton
@DefaultBean
public class KafkaPublisher implements EventSink, HeartbeatSink {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
    private static final int HEARTBEAT_LIMIT_MILLIS = 3000;
    private static final int HEARTBEAT_REQUEST_MILLIS = 2000;

    private final EventCodec codec = new EventCodec();
    private final Producer<String, byte[]> events;
    private final Producer<String, byte[]> heartbeats;
    private final Duration retryPause;
    private volatile boolean closed;

    @Inject
    KafkaPublisher(@ConfigProperty(name = "kafka.bootstrap.servers") String servers, TrainerConfig config) {
        this(producer(eventSettings(servers, config)), producer(heartbeatSettings(servers, config)), RETRY_PAUSE);
    }

    KafkaPublisher(Producer<String, byte[]> events, Producer<String, byte[]> heartbeats, Duration retryPause) {
        this.events = events;
        this.heartbeats = heartbeats;
        this.retryPause = retryPause;
    }

    static Map<String, Object> eventSettings(String servers, TrainerConfig config) {
        int limit = Math.toIntExact(config.events().deliveryLimit().toMillis());
        Map<String, Object> settings = common(servers, config.id() + "-events");
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, limit);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(limit, 10_000));
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (long) limit);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // A trainer may be idle for hours and must not wait for the topic's description when the broker is away just
        // then.
        settings.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(1).toMillis());
        return settings;
    }

    static Map<String, Object> heartbeatSettings(String servers, TrainerConfig config) {
        Map<String, Object> settings = common(servers, config.id() + "-heartbeats");
        settings.put(ProducerConfig.ACKS_CONFIG, "1");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        settings.put(ProducerConfig.RETRIES_CONFIG, 0);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, HEARTBEAT_LIMIT_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, HEARTBEAT_REQUEST_MILLIS);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (long) HEARTBEAT_REQUEST_MILLIS);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return settings;
    }

    private static Map<String, Object> common(String servers, String clientId) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2000L);
        return settings;
    }

    private static Producer<String, byte[]> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }

    @Override
    public CompletableFuture<Void> training(Envelope<? extends TrainingEvent> event) {
        return untilDelivered(() -> send(events, Topics.TRAINING_EVENTS, event));
    }

    /**
     * Says it again when the producer gave up after its whole patience: a lease ends by what is said about its segment, so that goes on for as
     * long as the broker is away. What the broker would never take is not said again.
     */
    private CompletableFuture<Void> untilDelivered(Supplier<CompletableFuture<Void>> attempt) {
        return attempt.get()
                .exceptionallyComposeAsync(
                        lost -> lost instanceof RetriableException && !closed
                                ? untilDelivered(attempt)
                                : CompletableFuture.failedFuture(lost),
                        CompletableFuture.delayedExecutor(
                                retryPause.toMillis(), TimeUnit.MILLISECONDS, task -> Thread.ofVirtual()
                                        .name("finemesh-say-again")
                                        .start(task)));
    }

    @Override
    public CompletableFuture<Void> step(Envelope<StepCompleted> step) {
        return send(events, Topics.STEPS, step);
    }

    @Override
    public CompletableFuture<Void> heartbeat(Envelope<TrainerHeartbeat> heartbeat) {
        return send(heartbeats, Topics.TRAINERS, heartbeat);
    }

    private <T extends Message> CompletableFuture<Void> send(
            Producer<String, byte[]> producer, Topic<? super T> topic, Envelope<T> envelope) {
        CompletableFuture<Void> delivered = new CompletableFuture<>();
        try {
            Future<?> _ = producer.send(codec.encode(topic, envelope), (place, failure) -> {
                if (failure == null) {
                    delivered.complete(null);
                } else {
                    delivered.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException refused) {
            delivered.completeExceptionally(refused);
        }
        return delivered;
    }

    @PreDestroy
    void close() {
        closed = true;
        heartbeats.close(Duration.ZERO);
        events.close(CLOSE_LIMIT);
    }
}
