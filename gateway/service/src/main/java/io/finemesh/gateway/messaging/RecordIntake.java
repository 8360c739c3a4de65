package io.finemesh.gateway.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.view.Occurrence;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Turns records into occurrences on the board. What cannot be read is counted and kept; reading goes on. */
@ApplicationScoped
public class RecordIntake {
    private final EventCodec codec = new EventCodec();
    private final Board board;
    private final DeadLetters deadLetters;
    private final MeterRegistry meters;

    /** Wires the board and the place for unreadable records. */
    public RecordIntake(Board board, DeadLetters deadLetters, MeterRegistry meters) {
        this.board = board;
        this.deadLetters = deadLetters;
        this.meters = meters;
    }

    /** Takes records in the order given. */
    void accept(Iterable<ConsumerRecord<String, byte[]>> records) {
        List<Occurrence> occurrences = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            Topic<?> topic = ReadTopics.TOPICS.get(record.topic());
            read(topic, record).ifPresent(occurrences::add);
        }
        board.apply(occurrences);
    }

    private Optional<Occurrence> read(Topic<?> topic, ConsumerRecord<String, byte[]> record) {
        if (record.value() == null
                && topic.configuration().get("cleanup.policy").contains("compact")) {
            // A tombstone: its key was given up, and what it said stays said for this view.
            return Optional.empty();
        }
        try {
            Envelope<? extends Message> envelope = codec.decode(topic, record);
            count(topic, "read");
            return Optional.of(new Occurrence(
                    ReadTopics.SOURCES.get(record.topic()),
                    record.offset(),
                    envelope.id(),
                    envelope.time(),
                    envelope.body()));
        } catch (UnreadableRecordException unreadable) {
            count(topic, "unreadable");
            deadLetters.keep(topic, record, unreadable);
            return Optional.empty();
        }
    }

    private void count(Topic<?> topic, String outcome) {
        meters.counter("finemesh.gateway.records", "topic", topic.name(), "outcome", outcome)
                .increment();
    }
}
