package io.finemesh.gateway.messaging;

import io.finemesh.gateway.config.GatewayConfig;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes Kafka clients; whoever asks for one closes it. */
public interface KafkaClients {
    /** A producer that loses nothing it acknowledged and repeats nothing. */
    Producer<String, byte[]> producer();

    /** A consumer that belongs to no group, reads what is committed, and starts wherever it is told to. */
    Consumer<String, byte[]> consumer();

    /** Clients of the configured broker. */
    @ApplicationScoped
    @DefaultBean
    class Configured implements KafkaClients {
        private static final Duration LONGEST_RECONNECT_PAUSE = Duration.ofSeconds(2);

        private final GatewayConfig.Kafka config;

        /** Reads the broker's address and limits from the configuration. */
        public Configured(GatewayConfig config) {
            this.config = config.kafka();
        }

        @Override
        public Producer<String, byte[]> producer() {
            int limit = Math.toIntExact(config.sendTimeout().toMillis());
            return new KafkaProducer<>(
                    Map.of(
                            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            config.bootstrapServers(),
                            ProducerConfig.CLIENT_ID_CONFIG,
                            "gateway",
                            ProducerConfig.ACKS_CONFIG,
                            "all",
                            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                            true,
                            ProducerConfig.LINGER_MS_CONFIG,
                            0,
                            ProducerConfig.MAX_BLOCK_MS_CONFIG,
                            limit,
                            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                            Math.max(1, limit / 2),
                            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                            limit,
                            ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                            LONGEST_RECONNECT_PAUSE.toMillis()),
                    new StringSerializer(),
                    new ByteArraySerializer());
        }

        @Override
        public Consumer<String, byte[]> consumer() {
            return new KafkaConsumer<>(
                    Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            config.bootstrapServers(),
                            ConsumerConfig.CLIENT_ID_CONFIG,
                            "gateway-views",
                            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                            "read_committed",
                            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                            false,
                            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                            "earliest",
                            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                            false,
                            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                            2_000,
                            ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                            LONGEST_RECONNECT_PAUSE.toMillis()),
                    new StringDeserializer(),
                    new ByteArrayDeserializer());
        }
    }
}
