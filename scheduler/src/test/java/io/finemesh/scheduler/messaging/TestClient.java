package io.finemesh.scheduler.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Talks to a broker as the other services do: reads what is committed, from the beginning of each topic. */
final class TestClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final EventCodec codec = new EventCodec();
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<String, Deque<ConsumerRecord<String, byte[]>>> unread = new HashMap<>();
    private int messages;

    TestClient(String bootstrapServers, List<String> topics) {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 0),
                new StringSerializer(),
                new ByteArraySerializer());
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            unread.put(topic, new ArrayDeque<>());
            for (PartitionInfo partition : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, partition.partition()));
            }
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    <T extends Message> void say(Topic<T> topic, String key, T body) throws Exception {
        Envelope<T> envelope = Envelope.starting(
                new EventId("message-" + messages++), "/test", key, Instant.EPOCH, Optional.empty(), body);
        producer.send(codec.encode(topic, envelope)).get(30, TimeUnit.SECONDS);
    }

    void sayRaw(String topic, String key, String value) throws Exception {
        producer.send(new ProducerRecord<>(topic, key, value.getBytes(UTF_8))).get(30, TimeUnit.SECONDS);
    }

    /** The next message on a topic, waited for. */
    <T extends Message> T next(Topic<T> topic) {
        ConsumerRecord<String, byte[]> record = nextRecord(topic.name());
        return codec.decode(topic, record).body();
    }

    ConsumerRecord<String, byte[]> nextRecord(String topic) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (unread.get(topic).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("nothing came on " + topic + " in " + PATIENCE);
            }
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(20))) {
                unread.get(record.topic()).add(record);
            }
        }
        return unread.get(topic).remove();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        consumer.close();
    }
}
