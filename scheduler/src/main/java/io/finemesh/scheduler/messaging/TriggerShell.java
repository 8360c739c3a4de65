package io.finemesh.scheduler.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.trigger.TriggerHeld;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.journal.TriggerBoardStore;
import io.finemesh.scheduler.trigger.TriggerBoard;
import io.finemesh.scheduler.trigger.TriggerDecision;
import io.finemesh.scheduler.trigger.Triggers;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jboss.logging.Logger;

/**
 * Keeps the triggers' board and asks {@link Triggers} what each input and the passing of time mean for it. Failures are handled as in {@link
 * LifecycleShell}: board and firing are one Kafka transaction, so that a firing is said once.
 */
final class TriggerShell implements Processor<String, byte[], String, byte[]> {
    static final String STORE = "triggers";

    private static final Logger LOG = Logger.getLogger(TriggerShell.class);

    private final Triggers triggers;
    private final Duration watchInterval;
    private final EventCodec codec = new EventCodec();
    private final TriggerBoardStore boards = new TriggerBoardStore();

    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> store;
    private TriggerBoard board;

    TriggerShell(Triggers triggers, Duration watchInterval) {
        this.triggers = triggers;
        this.watchInterval = watchInterval;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        this.store = context.getStateStore(STORE);
        // A task whose transaction was aborted is revived with this same object: what it remembered was never written.
        this.board = null;
        context.schedule(watchInterval, PunctuationType.WALL_CLOCK_TIME, this::watch);
    }

    /** The board, read from the store when it is first needed by this life of the task. */
    private TriggerBoard board() {
        if (board == null) {
            board = read();
        }
        return board;
    }

    private TriggerBoard read() {
        TriggerBoardStore.Reading reading = boards.reading();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                try {
                    reading.entry(entry.key, entry.value);
                } catch (RuntimeException unreadable) {
                    LOG.errorf(unreadable, "%s of the trigger board is left aside", entry.key);
                }
            }
        }
        return reading.board();
    }

    @Override
    public void process(Record<String, byte[]> record) {
        TriggerDecision decision;
        try {
            Envelope<? extends Message> input = Inputs.read(codec, context, record);
            decision = triggers.decide(board(), input, Instant.ofEpochMilli(context.currentSystemTimeMs()));
        } catch (RuntimeException refused) {
            Inputs.refuse(LOG, context, record, refused);
            return;
        }
        apply(decision);
    }

    private void watch(long timestamp) {
        TriggerDecision decision;
        try {
            decision = triggers.watch(board(), Instant.ofEpochMilli(timestamp));
        } catch (RuntimeException refused) {
            LOG.errorf(refused, "the passing of time was left aside, as no decision could be made");
            return;
        }
        apply(decision);
    }

    private void apply(TriggerDecision decision) {
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
            Outputs.send(codec, context, output);
        }
    }

    private static String describe(Message message) {
        return switch (message) {
            case TriggerFired fired ->
                fired.fireId() + (fired.dryRun() ? " (dry run)" : " -> " + fired.runId()) + ": "
                        + fired.why().sentence();
            case TriggerHeld held -> "policy " + held.policy() + " waits (" + held.reason() + "): " + held.sentence();
            default -> message.getClass().getSimpleName();
        };
    }
}
