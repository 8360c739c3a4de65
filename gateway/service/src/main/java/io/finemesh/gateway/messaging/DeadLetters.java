package io.finemesh.gateway.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.UnreadableRecordException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jboss.logging.Logger;

/**
 * Keeps records that cannot be read, each once. The views are rebuilt at every start and meet the same unreadable records again, so what
 * the gateway has put into dead-letter topics before is read back first and not put there twice. Used by the reading thread only.
 */
@ApplicationScoped
public class DeadLetters {
    private static final Logger LOG = Logger.getLogger(DeadLetters.class);
    private static final String CONSUMER = "gateway";
    private static final int LONGEST_REASON = 1_000;

    private final Producer<String, byte[]> producer;
    private final Set<Origin> known = new HashSet<>();

    /** Opens its producer; the broker need not be there yet. */
    public DeadLetters(KafkaClients clients) {
        this.producer = clients.producer();
    }

    /** Remembers a record of a dead-letter topic, if the gateway put it there. */
    void remember(ConsumerRecord<String, byte[]> kept) {
        if (header(kept.headers(), "dead-letter-consumer")
                .filter(CONSUMER::equals)
                .isEmpty()) {
            return;
        }
        Optional<String> topic = header(kept.headers(), "dead-letter-topic");
        Optional<Long> partition =
                header(kept.headers(), "dead-letter-partition").flatMap(DeadLetters::number);
        Optional<Long> offset = header(kept.headers(), "dead-letter-offset").flatMap(DeadLetters::number);
        if (topic.isPresent() && partition.isPresent() && offset.isPresent()) {
            known.add(new Origin(topic.get(), partition.get(), offset.get()));
        }
    }

    /**
     * Keeps a record with the reason, unless it is kept already. When the broker does not take it, that is logged: reading goes on, and
     * the record is met again at the next start.
     */
    void keep(Topic<?> topic, ConsumerRecord<String, byte[]> record, UnreadableRecordException reason) {
        if (!known.add(new Origin(record.topic(), record.partition(), record.offset()))) {
            return;
        }
        LOG.warnf(
                "unreadable record at %s-%d@%d goes to %s: %s",
                record.topic(), record.partition(), record.offset(), topic.deadLetterName(), shown(reason));
        Headers headers = new RecordHeaders(record.headers().toArray());
        put(headers, "dead-letter-reason", shown(reason));
        put(headers, "dead-letter-consumer", CONSUMER);
        put(headers, "dead-letter-topic", record.topic());
        put(headers, "dead-letter-partition", Integer.toString(record.partition()));
        put(headers, "dead-letter-offset", Long.toString(record.offset()));
        try {
            // The callback hears of a failure; nothing waits for it.
            var _ = producer.send(
                    new ProducerRecord<>(topic.deadLetterName(), null, record.key(), record.value(), headers),
                    (_, failure) -> {
                        if (failure != null) {
                            LOG.warnf("%s did not take it: %s", topic.deadLetterName(), failure.getMessage());
                        }
                    });
        } catch (KafkaException failure) {
            LOG.warnf("%s did not take it: %s", topic.deadLetterName(), failure.getMessage());
        }
    }

    private static String shown(UnreadableRecordException reason) {
        String message = String.valueOf(reason.getMessage()).replaceAll("\\p{Cntrl}+", " ");
        return message.length() <= LONGEST_REASON ? message : message.substring(0, LONGEST_REASON);
    }

    private static Optional<Long> number(String text) {
        return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private static Optional<String> header(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), UTF_8));
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }

    @PreDestroy
    void close() {
        producer.close(Duration.ofSeconds(2));
    }

    private record Origin(String topic, long partition, long offset) {}
}
