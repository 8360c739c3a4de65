package io.finemesh.store.messaging;

import io.finemesh.store.connector.ConnectorClients;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers of the mesh's broker. Offsets are the data set's matter, so the broker keeps none. */
public final class KafkaConnectorClients implements ConnectorClients {
    private static final int MOST_FETCHED_BYTES = 8 << 20;

    private final String brokers;

    /** @param brokers bootstrap servers */
    public KafkaConnectorClients(String brokers) {
        this.brokers = brokers;
    }

    @Override
    public Consumer<byte[], byte[]> open() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        brokers,
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "finemesh-checkpoint-store-connector",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        // Also for offsets that the topic no longer has: rows that come again are duplicates.
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        MOST_FETCHED_BYTES),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
