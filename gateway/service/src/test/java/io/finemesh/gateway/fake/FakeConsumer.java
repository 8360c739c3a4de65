package io.finemesh.gateway.fake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/** Reads from the broker in memory. A poll waits for records; while the broker is away it gives none and questions time out. */
final class FakeConsumer extends MockConsumer<String, byte[]> {
    private static final int MOST_RECORDS = 50;

    private final FakeBroker broker;
    private final Map<TopicPartition, Long> positions = new LinkedHashMap<>();
    private final AtomicBoolean woken = new AtomicBoolean();

    FakeConsumer(FakeBroker broker) {
        super("earliest");
        this.broker = broker;
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
        requireBroker();
        Node[] none = {};
        return IntStream.range(0, broker.partitionsOf(topic).orElse(0))
                .mapToObj(partition -> new PartitionInfo(topic, partition, Node.noNode(), none, none))
                .toList();
    }

    @Override
    public void assign(Collection<TopicPartition> partitions) {
        positions.clear();
        partitions.forEach(partition -> positions.put(partition, 0L));
    }

    @Override
    public void seekToBeginning(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> positions.put(partition, 0L));
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        requireBroker();
        return partitions.stream().collect(Collectors.toMap(partition -> partition, broker::end));
    }

    @Override
    public long position(TopicPartition partition) {
        return positions.get(partition);
    }

    @Override
    public ConsumerRecords<String, byte[]> poll(Duration timeout) {
        if (woken.getAndSet(false)) {
            throw new WakeupException();
        }
        Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> read = take();
        if (read.isEmpty()) {
            try {
                broker.awaitNews(timeout.toMillis());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            read = take();
        }
        return new ConsumerRecords<>(read, Map.of());
    }

    private Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> take() {
        Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> read = new HashMap<>();
        if (broker.isAway()) {
            return read;
        }
        for (TopicPartition partition : new ArrayList<>(positions.keySet())) {
            List<ConsumerRecord<String, byte[]>> records =
                    broker.from(partition, positions.get(partition), MOST_RECORDS);
            if (!records.isEmpty()) {
                read.put(partition, records);
                positions.merge(partition, (long) records.size(), Long::sum);
            }
        }
        return read;
    }

    private void requireBroker() {
        if (broker.isAway()) {
            throw new TimeoutException("the broker did not answer in time");
        }
    }

    @Override
    public void wakeup() {
        woken.set(true);
    }
}
