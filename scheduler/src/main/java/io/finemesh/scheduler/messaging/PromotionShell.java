package io.finemesh.scheduler.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.journal.PromotionBoardStore;
import io.finemesh.scheduler.promotion.PromotionBoard;
import io.finemesh.scheduler.promotion.PromotionDecision;
import io.finemesh.scheduler.promotion.Promotions;
import java.time.Instant;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jboss.logging.Logger;

/**
 * Keeps promotion's board and asks {@link Promotions} what each input means for it. Failures are handled as in {@link LifecycleShell}: board, decision and moved alias are one Kafka transaction, so that an
 * alias never stands where no event says it does. What cannot be read of a policy goes to the dead letters by the triggers, which read the same topic.
 */
final class PromotionShell implements Processor<String, byte[], String, byte[]> {
    static final String STORE = "promotions";

    private static final Logger LOG = Logger.getLogger(PromotionShell.class);

    private final Promotions promotions;
    private final EventCodec codec = new EventCodec();
    private final PromotionBoardStore boards = new PromotionBoardStore();

    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> store;
    private PromotionBoard board;

    PromotionShell(Promotions promotions) {
        this.promotions = promotions;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        this.store = context.getStateStore(STORE);
        // A task whose transaction was aborted is revived with this same object: what it remembered was never written.
        this.board = null;
    }

    /** The board, read from the store when it is first needed by this life of the task. */
    private PromotionBoard board() {
        if (board == null) {
            board = read();
        }
        return board;
    }

    private PromotionBoard read() {
        PromotionBoardStore.Reading reading = boards.reading();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                try {
                    reading.entry(entry.key, entry.value);
                } catch (RuntimeException unreadable) {
                    LOG.errorf(unreadable, "%s of the promotion board is left aside", entry.key);
                }
            }
        }
        return reading.board();
    }

    @Override
    public void process(Record<String, byte[]> record) {
        PromotionDecision decision;
        try {
            Envelope<? extends Message> input = Inputs.read(codec, context, record);
            decision = promotions.decide(board(), input, Instant.ofEpochMilli(context.currentSystemTimeMs()));
        } catch (RuntimeException refused) {
            boolean policy = context.recordMetadata()
                    .map(where -> where.topic().equals(Topics.POLICIES.name()))
                    .orElse(false);
            if (policy) {
                LOG.warnf("a policy is left aside: %s", refused.getMessage());
            } else {
                Inputs.refuse(LOG, context, record, refused);
            }
            return;
        }
        apply(decision);
    }

    private void apply(PromotionDecision decision) {
        boards.writeDifference(board(), decision.board(), (key, value) -> {
            if (value == null) {
                store.delete(key);
            } else {
                store.put(key, value);
            }
        });
        board = decision.board();
        for (Announcement<?> output : decision.outputs()) {
            LOG.infof("%s", describe(output.envelope().body()));
            Outputs.send(codec, context, SchedulerTopology.PROMOTION, output);
        }
    }

    private static String describe(Message message) {
        return switch (message) {
            case GateDecided decided ->
                decided.subject() + ": " + decided.challenger() + " is " + decided.verdict() + ": "
                        + decided.sentence();
            case AliasMoved moved ->
                moved.subject() + " stands for " + moved.to() + " (" + moved.reason() + " by " + moved.by() + ")";
            default -> message.getClass().getSimpleName();
        };
    }
}
