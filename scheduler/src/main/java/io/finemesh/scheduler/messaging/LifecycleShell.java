package io.finemesh.scheduler.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.journal.RunStateCodec;
import io.finemesh.scheduler.lifecycle.Decision;
import io.finemesh.scheduler.lifecycle.RunLifecycle;
import io.finemesh.scheduler.lifecycle.RunState;
import io.finemesh.scheduler.trace.RunSpans;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jboss.logging.Logger;

/**
 * Reads a run's state, asks {@link RunLifecycle} what the record means, writes the state and sends what was decided: all of it in one Kafka
 * transaction, or none.
 *
 * <ol>
 *   <li>A record that cannot be read goes to the dead letters; the stream goes on.
 *   <li>A decision that throws leaves the state as it was; its record goes to the dead letters too.
 *   <li>A failure while state or outputs are written is not caught: the transaction is aborted and the record is read again.
 * </ol>
 */
final class LifecycleShell implements Processor<String, byte[], String, byte[]> {
    static final String STORE = "runs";

    private static final Logger LOG = Logger.getLogger(LifecycleShell.class);

    private final RunLifecycle lifecycle;
    private final Duration wakeInterval;
    private final RunSpans spans;
    private final EventCodec codec = new EventCodec();
    private final RunStateCodec states = new RunStateCodec();

    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> runs;
    private Map<String, Instant> resting;

    LifecycleShell(RunLifecycle lifecycle, Duration wakeInterval, RunSpans spans) {
        this.lifecycle = lifecycle;
        this.wakeInterval = wakeInterval;
        this.spans = spans;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        this.runs = context.getStateStore(STORE);
        // A task whose transaction was aborted is revived with this same object: what it remembered was never written.
        this.resting = null;
        context.schedule(wakeInterval, PunctuationType.WALL_CLOCK_TIME, this::wake);
    }

    /** When time alone will mean something for a run: what the store says, kept at hand so that not every run is read at every tick. */
    private Map<String, Instant> resting() {
        if (resting == null) {
            resting = new HashMap<>();
            findResting();
        }
        return resting;
    }

    private void findResting() {
        try (KeyValueIterator<String, byte[]> all = runs.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> run = all.next();
                try {
                    noteRest(run.key, states.decode(run.value));
                } catch (RuntimeException unreadable) {
                    LOG.errorf(unreadable, "run %s is left alone: %s", run.key, unreadable.getMessage());
                }
            }
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        Decision decision;
        RunId run;
        try {
            Envelope<? extends Message> input = Inputs.read(codec, context, record);
            Optional<RunId> concerned = RunLifecycle.runOf(input.body());
            if (concerned.isEmpty()) {
                return;
            }
            run = concerned.get();
            if (!run.value().equals(record.key())) {
                throw new UnreadableRecordException(
                        "record has key '" + record.key() + "' but is about run '" + run + "'; expected the run");
            }
            RunState before = states.decode(runs.get(run.value()));
            Instant begun = now();
            decision = lifecycle.decide(before, input, begun);
            spans.decided(run, before, input.traceparent(), decision, begun, now());
            log(run, input.body().getClass().getSimpleName(), before, decision);
        } catch (RuntimeException refused) {
            Inputs.refuse(LOG, context, record, refused);
            return;
        }
        apply(run, decision);
    }

    private void wake(long timestamp) {
        Instant now = Instant.ofEpochMilli(timestamp);
        List<String> due = resting().entrySet().stream()
                .filter(rest -> !now.isBefore(rest.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        for (String run : due) {
            resting().remove(run);
            Decision decision;
            try {
                RunState before = states.decode(runs.get(run));
                decision = lifecycle.wake(before, now);
                spans.decided(new RunId(run), before, Optional.empty(), decision, now, now());
                log(new RunId(run), "time", before, decision);
            } catch (RuntimeException refused) {
                LOG.errorf(refused, "run %s is left to rest, as no decision could be made", run);
                continue;
            }
            apply(new RunId(run), decision);
        }
    }

    private void apply(RunId run, Decision decision) {
        if (!decision.changes().isEmpty()) {
            runs.put(run.value(), states.encode(decision.state()));
        }
        noteRest(run.value(), decision.state());
        for (Announcement<?> output : decision.outputs()) {
            Outputs.send(codec, context, output);
        }
    }

    private void noteRest(String run, RunState state) {
        lifecycle.wakeAt(state).ifPresentOrElse(at -> resting().put(run, at), () -> resting()
                .remove(run));
    }

    private Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }

    private static void log(RunId run, String input, RunState before, Decision decision) {
        if (decision.remark().isPresent()) {
            LOG.debugf(
                    "run %s: %s left aside: %s", run, input, decision.remark().get());
        }
        if (!decision.changes().isEmpty()) {
            LOG.infof(
                    "run %s: %s: %s -> %s, says %s",
                    run,
                    input,
                    before.getClass().getSimpleName(),
                    decision.state().getClass().getSimpleName(),
                    decision.messages().stream()
                            .map(message -> message.getClass().getSimpleName())
                            .toList());
        }
    }
}
