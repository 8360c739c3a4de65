package io.finemesh.scheduler.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.placement.LeaseLost;
import io.finemesh.contract.placement.PlacementImpossible;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.journal.BoardStore;
import io.finemesh.scheduler.placement.Placement;
import io.finemesh.scheduler.placement.PlacementBoard;
import io.finemesh.scheduler.placement.PlacementDecision;
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
 * Keeps placement's board and asks {@link Placement} what each request, each heartbeat and the passing of time mean for it. Failures are handled
 * as in {@link LifecycleShell}.
 *
 * <p>Silence is only heard while somebody listens: after a start, and after any pause of this thread (a rebalance, a broker that did not
 * answer), trainers have the whole time of silence to be heard again.
 */
final class PlacementShell implements Processor<String, byte[], String, byte[]> {
    static final String STORE = "placement";

    private static final Logger LOG = Logger.getLogger(PlacementShell.class);
    private static final int PAUSE_IN_INTERVALS = 4;

    private final Placement placement;
    private final Duration watchInterval;
    private final EventCodec codec = new EventCodec();
    private final BoardStore boards = new BoardStore();

    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> store;
    private PlacementBoard board;
    private Instant listeningSince;
    private Instant watchedAt;

    PlacementShell(Placement placement, Duration watchInterval) {
        this.placement = placement;
        this.watchInterval = watchInterval;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        this.store = context.getStateStore(STORE);
        // A task whose transaction was aborted is revived with this same object: what it remembered was never written.
        this.board = null;
        this.listeningSince = null;
        this.watchedAt = null;
        context.schedule(watchInterval, PunctuationType.WALL_CLOCK_TIME, this::watch);
    }

    /** The board, read from the store when it is first needed by this life of the task. */
    private PlacementBoard board() {
        if (board == null) {
            board = read();
        }
        return board;
    }

    private PlacementBoard read() {
        BoardStore.Reading reading = boards.reading();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                try {
                    reading.entry(entry.key, entry.value);
                } catch (RuntimeException unreadable) {
                    LOG.errorf(unreadable, "%s of the placement board is left aside", entry.key);
                }
            }
        }
        return reading.board();
    }

    @Override
    public void process(Record<String, byte[]> record) {
        PlacementDecision decision;
        try {
            Envelope<? extends Message> input = Inputs.read(codec, context, record);
            decision = placement.decide(board(), input, now());
            if (!(input.body() instanceof TrainerHeartbeat)) {
                LOG.debugf("%s", input.body());
            }
        } catch (RuntimeException refused) {
            Inputs.refuse(LOG, context, record, refused);
            return;
        }
        apply(decision);
    }

    private void watch(long timestamp) {
        Instant now = Instant.ofEpochMilli(timestamp);
        if (watchedAt == null || now.isAfter(watchedAt.plus(watchInterval.multipliedBy(PAUSE_IN_INTERVALS)))) {
            listeningSince = now;
        }
        watchedAt = now;
        PlacementDecision decision;
        try {
            decision = placement.watch(board(), listeningSince, now);
        } catch (RuntimeException refused) {
            LOG.errorf(refused, "the passing of time was left aside, as no decision could be made");
            return;
        }
        apply(decision);
    }

    private void apply(PlacementDecision decision) {
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
            case LeaseGranted granted ->
                "run " + granted.runId() + ": segment " + granted.segmentIndex() + " goes to " + granted.trainer()
                        + " under epoch " + granted.epoch();
            case LeaseLost lost ->
                "run " + lost.runId() + ": epoch " + lost.epoch() + " is lost: "
                        + lost.failure().message();
            case PlacementImpossible impossible ->
                "run " + impossible.runId() + ": " + impossible.failure().message();
            default -> message.getClass().getSimpleName();
        };
    }

    private Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }
}
