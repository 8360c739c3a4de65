package io.finemesh.store.connector;

import io.finemesh.contract.connector.ConnectorDefined;
import io.finemesh.contract.store.ConnectorPosition;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.store.growth.DatasetAppend;
import io.finemesh.store.growth.DatasetAppend.Appended;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * One connector being read: records become rows of slices, and each slice holds the offsets that its records reach up to.
 *
 * <ol>
 *   <li>It starts at the offsets in the data set's newest version, or at the topic's beginning.
 *   <li>Records are gathered for a moment and committed as one slice together with the next offsets. A crash before leaves nothing, and the records are read
 *       again; a crash after finds the offsets in the version.
 *   <li>Records of which the data set has all rows make no version; read again after a crash they are duplicates again.
 * </ol>
 *
 * Used by one thread.
 */
final class ConnectorReading implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ConnectorReading.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final ConnectorDefined connector;
    private final RecordMapping mapping;
    private final Consumer<byte[], byte[]> consumer;
    private final Function<String, Optional<DatasetDescriptor>> newest;
    private final DatasetAppend appends;
    private final ImportAnnouncer announcer;
    private final ConnectorLimits limits;
    private final Clock clock;

    private final Set<TopicPartition> assigned = new HashSet<>();
    private final Map<String, Long> next = new TreeMap<>();
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private int records;
    private Optional<Instant> since = Optional.empty();
    private Optional<Instant> looked = Optional.empty();

    /** @param newest newest version of a data set; empty while there is none */
    ConnectorReading(
            ConnectorDefined connector,
            Consumer<byte[], byte[]> consumer,
            Function<String, Optional<DatasetDescriptor>> newest,
            DatasetAppend appends,
            ImportAnnouncer announcer,
            ConnectorLimits limits,
            Clock clock) {
        this.connector = connector;
        this.mapping = new RecordMapping(connector.mapping());
        this.consumer = consumer;
        this.newest = newest;
        this.appends = appends;
        this.announcer = announcer;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Reads for a moment, and commits if it is time to.
     *
     * @throws RefusalException if the data set cannot take rows of a connector
     */
    void step() {
        Instant now = clock.instant();
        if (looked.isEmpty() || !now.isBefore(looked.get().plus(limits.pause()))) {
            assign();
            looked = Optional.of(now);
        }
        if (!assigned.isEmpty() && !full()) {
            consumer.poll(POLL).forEach(this::gather);
        }
        boolean waited =
                since.isPresent() && !clock.instant().isBefore(since.get().plus(limits.linger()));
        if (full() || waited) {
            commit();
        }
    }

    /** Whether the topic is there. */
    boolean isAssigned() {
        return !assigned.isEmpty();
    }

    private boolean full() {
        return records >= limits.batchRecords() || gathered.size() >= limits.batchBytes();
    }

    /** Takes up partitions that are new. */
    private void assign() {
        List<PartitionInfo> partitions = consumer.partitionsFor(connector.topic());
        if (partitions == null || partitions.isEmpty()) {
            LOG.infof("connector %s waits for topic %s", connector.name(), connector.topic());
            return;
        }
        Set<TopicPartition> all = new HashSet<>();
        partitions.forEach(partition -> all.add(new TopicPartition(partition.topic(), partition.partition())));
        if (all.equals(assigned)) {
            return;
        }
        Map<String, Long> committed = committed();
        Map<TopicPartition, Long> positions = new HashMap<>();
        assigned.forEach(partition -> positions.put(partition, consumer.position(partition)));
        consumer.assign(all);
        for (TopicPartition partition : all) {
            Long read = committed.get(Integer.toString(partition.partition()));
            if (positions.containsKey(partition)) {
                consumer.seek(partition, positions.get(partition));
            } else if (read != null) {
                consumer.seek(partition, read);
                next.putIfAbsent(Integer.toString(partition.partition()), read);
            } else {
                consumer.seekToBeginning(Set.of(partition));
            }
        }
        assigned.clear();
        assigned.addAll(all);
        LOG.infof("connector %s reads %s into %s from %s", connector.name(), all, connector.dataset(), committed);
    }

    private Map<String, Long> committed() {
        return newest
                .apply(connector.dataset())
                .flatMap(DatasetDescriptor::growth)
                .map(DatasetGrowth::connectors)
                .orElse(List.of())
                .stream()
                .filter(position -> position.connector().equals(connector.name()))
                .filter(position -> position.topic().equals(connector.topic()))
                .findFirst()
                .map(ConnectorPosition::offsets)
                .orElse(Map.of());
    }

    private void gather(ConsumerRecord<byte[], byte[]> record) {
        next.put(Integer.toString(record.partition()), record.offset() + 1);
        if (record.value() == null) {
            return;
        }
        gathered.writeBytes(mapping.line(record.value()));
        records++;
        since = since.isPresent() ? since : Optional.of(clock.instant());
    }

    private void commit() {
        boolean first = newest.apply(connector.dataset()).isEmpty();
        DatasetAppend.Request request = new DatasetAppend.Request(
                connector.dataset(),
                mapping.format(),
                first ? OptionalDouble.of(connector.heldOutFraction()) : OptionalDouble.empty(),
                "connector/" + connector.name(),
                Optional.of(new ConnectorPosition(connector.name(), connector.topic(), next)));
        try {
            Appended appended = appends.run(request, new ByteArrayInputStream(gathered.toByteArray()));
            announcer.announceInOrder(appended.key(), Optional.empty());
        } catch (RefusalException refused) {
            if (refused.kind() != Kind.NOT_USABLE) {
                throw refused;
            }
            LOG.warnf("connector %s: %d records have no rows: %s", connector.name(), records, refused.getMessage());
        }
        gathered.reset();
        records = 0;
        since = Optional.empty();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
