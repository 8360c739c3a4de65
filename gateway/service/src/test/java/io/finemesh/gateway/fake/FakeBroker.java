package io.finemesh.gateway.fake;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.gateway.messaging.KafkaClients;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Source;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;

/**
 * A broker in memory: partitions that keep records, and clients that behave as Kafka's do where the gateway can tell. It can go away and
 * come back.
 */
@ApplicationScoped
public class FakeBroker implements KafkaClients {
    private final EventCodec codec = new EventCodec();
    private final Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> partitions = new LinkedHashMap<>();
    private final Map<String, Integer> partitionCounts = new TreeMap<>();
    private boolean away;

    /** All topics of the mesh and their dead-letter topics exist. */
    public FakeBroker() {
        for (Topic<?> topic : Topic.all()) {
            add(topic.name(), topic.partitions());
            add(topic.deadLetterName(), 1);
        }
    }

    /** Creates a topic. */
    public synchronized void create(String topic, int count) {
        add(topic, count);
        notifyAll();
    }

    private void add(String topic, int count) {
        partitionCounts.put(topic, count);
        for (int partition = 0; partition < count; partition++) {
            partitions.put(new TopicPartition(topic, partition), new ArrayList<>());
        }
    }

    /** Removes a topic, as if it had not been created yet. */
    public synchronized void drop(String topic) {
        partitionCounts.remove(topic);
        partitions.keySet().removeIf(partition -> partition.topic().equals(topic));
    }

    /** From now on nothing is answered, until it comes back. */
    public synchronized void goAway(boolean gone) {
        away = gone;
        notifyAll();
    }

    synchronized boolean isAway() {
        return away;
    }

    synchronized Optional<Integer> partitionsOf(String topic) {
        return Optional.ofNullable(partitionCounts.get(topic));
    }

    synchronized long end(TopicPartition partition) {
        return partitions.get(partition).size();
    }

    synchronized List<ConsumerRecord<String, byte[]>> from(TopicPartition partition, long offset, int atMost) {
        List<ConsumerRecord<String, byte[]>> records = partitions.get(partition);
        int first = (int) Math.min(offset, records.size());
        return List.copyOf(records.subList(first, Math.min(records.size(), first + atMost)));
    }

    synchronized void awaitNews(long millis) throws InterruptedException {
        wait(Math.max(1, millis));
    }

    /** Appends a record and returns it with its offset. */
    public synchronized ConsumerRecord<String, byte[]> append(ProducerRecord<String, byte[]> record) {
        int count = partitionCounts.get(record.topic());
        int partition = record.key() == null ? 0 : Math.floorMod(record.key().hashCode(), count);
        List<ConsumerRecord<String, byte[]>> records = partitions.get(new TopicPartition(record.topic(), partition));
        ConsumerRecord<String, byte[]> appended = new ConsumerRecord<>(
                record.topic(),
                partition,
                records.size(),
                0,
                TimestampType.CREATE_TIME,
                -1,
                -1,
                record.key(),
                record.value(),
                record.headers(),
                Optional.empty());
        records.add(appended);
        notifyAll();
        return appended;
    }

    /** Appends a message as its service would. */
    public <T extends Message> void say(Topic<? super T> topic, Envelope<T> envelope) {
        append(codec.encode(topic, envelope));
    }

    /** Appends what happened in a run to its topics, in order. */
    public void say(List<Occurrence> occurrences) {
        for (Occurrence occurrence : occurrences) {
            Headers headers = SampleEnvelopes.headers(codec, occurrence);
            append(new ProducerRecord<>(
                    SampleEnvelopes.topic(occurrence.source()).name(),
                    null,
                    SampleEnvelopes.key(occurrence),
                    codec.value(occurrence.body()),
                    headers));
        }
    }

    /** Everything that stands on a topic. */
    public synchronized List<ConsumerRecord<String, byte[]>> records(String topic) {
        List<ConsumerRecord<String, byte[]>> all = new ArrayList<>();
        partitions.forEach((partition, records) -> {
            if (partition.topic().equals(topic)) {
                all.addAll(records);
            }
        });
        return all;
    }

    /** Where a message of this source belongs. */
    public static Topic<?> topic(Source source) {
        return SampleEnvelopes.topic(source);
    }

    @Override
    public Producer<String, byte[]> producer() {
        return new FakeProducer(this);
    }

    @Override
    public Consumer<String, byte[]> consumer() {
        return new FakeConsumer(this);
    }
}
