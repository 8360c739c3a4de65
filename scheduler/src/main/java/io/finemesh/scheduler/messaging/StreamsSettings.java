package io.finemesh.scheduler.messaging;

import io.finemesh.scheduler.config.SchedulerConfig;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams' own settings, from the scheduler's. */
final class StreamsSettings {
    /** Heartbeats of a group member in one session, as Kafka recommends. */
    private static final long HEARTBEATS_PER_SESSION = 3;

    private StreamsSettings() {}

    static Properties of(SchedulerConfig config) {
        SchedulerConfig.Streams streams = config.streams();
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, streams.applicationId());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                config.dataDirectory().toAbsolutePath().toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, streams.threads());
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, streams.replicationFactor());
        // One hop waits for a poll and for a commit; the defaults of 100 ms each make it 127 ms at the median.
        properties.put(StreamsConfig.POLL_MS_CONFIG, streams.poll().toMillis());
        properties.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                streams.commitInterval().toMillis());
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallStores.class);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        // Static membership: a scheduler that was killed and comes back is given its tasks at once, not after the
        // session has timed out.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), streams.instanceId());
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), (int)
                streams.sessionTimeout().toMillis());
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), (int)
                (streams.sessionTimeout().toMillis() / HEARTBEATS_PER_SESSION));
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG), false);
        return properties;
    }
}
