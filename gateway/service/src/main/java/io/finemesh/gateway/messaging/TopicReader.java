package io.finemesh.gateway.messaging;

import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/**
 * Reads every topic of the views on one thread: dead letters first, then everything from the earliest offset, without a consumer group,
 * so that each gateway sees all and each start rebuilds all. Once the end offsets seen at start are reached, the views count as rebuilt.
 * A broker that is not there is waited for, with one line of log per interval.
 */
@ApplicationScoped
public class TopicReader {
    private static final Logger LOG = Logger.getLogger(TopicReader.class);

    private final KafkaClients clients;
    private final RecordIntake intake;
    private final DeadLetters deadLetters;
    private final Board board;
    private final GatewayConfig.Kafka config;
    private final Clock clock;
    private final CountDownLatch stop = new CountDownLatch(1);

    private volatile ReaderState state = new ReaderState(false, false, 0, "not started");
    private boolean away;
    private volatile Consumer<String, byte[]> reading;
    private Thread thread;

    /** Wires what the reader needs; nothing is read before the application starts. */
    public TopicReader(
            KafkaClients clients,
            RecordIntake intake,
            DeadLetters deadLetters,
            Board board,
            GatewayConfig config,
            Clock clock) {
        this.clients = clients;
        this.intake = intake;
        this.deadLetters = deadLetters;
        this.board = board;
        this.config = config.kafka();
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofPlatform().name("topic-reader").daemon(true).start(this::run);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stop.countDown();
        Consumer<String, byte[]> consumer = reading;
        if (consumer != null) {
            consumer.wakeup();
        }
        if (thread != null) {
            thread.join(Duration.ofSeconds(5));
        }
    }

    /** How reading stands. */
    public ReaderState state() {
        return state;
    }

    /** Reads until it is stopped; a lost consumer is replaced and reading starts over, which changes nothing that is known. */
    private void run() {
        while (!stopped()) {
            try (Consumer<String, byte[]> consumer = clients.consumer()) {
                reading = consumer;
                read(consumer);
            } catch (WakeupException | InterruptException ended) {
                // Asked to stop; the loop looks.
            } catch (KafkaException lost) {
                unreachable(lost);
            } catch (RuntimeException bug) {
                LOG.error("reading topics failed; it starts over", bug);
                state = new ReaderState(false, board.rebuilt(), 0, "reading failed: " + bug);
            } finally {
                reading = null;
            }
            pause();
        }
    }

    private void read(Consumer<String, byte[]> consumer) {
        Map<TopicPartition, Long> letters = open(consumer, ReadTopics.deadLetterNames());
        while (behind(consumer, letters) > 0 && !stopped()) {
            consumer.poll(config.pollInterval()).forEach(deadLetters::remember);
        }
        Map<TopicPartition, Long> ends = open(consumer, ReadTopics.TOPICS.keySet());
        LOG.infof("rebuilding views from %d records on %d partitions", behind(consumer, ends), ends.size());
        Instant lastLook = clock.instant();
        while (!stopped()) {
            ConsumerRecords<String, byte[]> records = consumer.poll(config.pollInterval());
            if (!records.isEmpty()) {
                List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>(records.count());
                records.forEach(batch::add);
                intake.accept(batch);
            }
            if (!board.rebuilt() && behind(consumer, ends) == 0) {
                board.declareRebuilt();
                LOG.info("views are rebuilt");
                state = new ReaderState(true, true, 0, "following " + ends.size() + " partitions");
            }
            if (Duration.between(lastLook, clock.instant()).compareTo(config.retryInterval()) >= 0) {
                lastLook = clock.instant();
                look(consumer, ends.keySet());
            }
        }
    }

    /** Takes all partitions of the topics from their beginning; waits until the topics are there. Returns their end offsets now. */
    private Map<TopicPartition, Long> open(Consumer<String, byte[]> consumer, Collection<String> topics) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            List<PartitionInfo> known = consumer.partitionsFor(topic, config.retryInterval());
            while (known == null || known.isEmpty()) {
                state = new ReaderState(true, board.rebuilt(), 0, "topic " + topic + " does not exist yet");
                LOG.infof("topic %s does not exist yet; trying again in %s", topic, config.retryInterval());
                pause();
                if (stopped()) {
                    return Map.of();
                }
                known = consumer.partitionsFor(topic, config.retryInterval());
            }
            known.forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer.endOffsets(partitions, config.retryInterval());
    }

    /** Whether the broker still answers, and how far reading is behind it. */
    private void look(Consumer<String, byte[]> consumer, Collection<TopicPartition> partitions) {
        try {
            long lag = behind(consumer, consumer.endOffsets(partitions, config.retryInterval()));
            if (away) {
                away = false;
                LOG.info("the broker is reachable again");
            }
            state = new ReaderState(
                    true, board.rebuilt(), lag, "following " + partitions.size() + " partitions, " + lag + " behind");
        } catch (KafkaException lost) {
            unreachable(lost);
        }
    }

    private void unreachable(KafkaException lost) {
        away = true;
        state = new ReaderState(false, board.rebuilt(), 0, "the broker does not answer: " + lost.getMessage());
        LOG.warnf(
                "the broker at %s does not answer (%s); trying again in %s",
                config.bootstrapServers(), lost.getMessage(), config.retryInterval());
    }

    private static long behind(Consumer<String, byte[]> consumer, Map<TopicPartition, Long> ends) {
        long behind = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            behind += Math.max(0, end.getValue() - consumer.position(end.getKey()));
        }
        return behind;
    }

    private boolean stopped() {
        return stop.getCount() == 0;
    }

    private void pause() {
        try {
            if (stop.await(config.retryInterval().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("stopping");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            stop.countDown();
        }
    }
}
