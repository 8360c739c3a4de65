package io.finemesh.scheduler.trigger;

import static io.finemesh.scheduler.SubmissionBuilder.adamw;

import io.finemesh.contract.Message;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.policy.GateSpecification;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyLimits;
import io.finemesh.contract.policy.TriggerSpecification;
import io.finemesh.contract.policy.VolumeTrigger;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.contract.trigger.TriggerEvent;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.trigger.TriggerHeld;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.scheduler.journal.TriggerBoardStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What is said about policies, one thing after the other, with the board going through its journal each time. */
public final class PolicyStory {
    /** When stories begin. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final BlobReference BLOB = new BlobReference(new BlobDigest("a".repeat(64)), 10);

    private final Triggers triggers = new Triggers();
    private final TriggerBoardStore journal = new TriggerBoardStore();
    private final Map<String, byte[]> stored = new TreeMap<>();
    private final List<TriggerEvent> said = new ArrayList<>();
    private final List<EventId> ids = new ArrayList<>();
    private final Map<String, Long> samples = new TreeMap<>();
    private final Map<String, Integer> slices = new TreeMap<>();
    private Instant now = START;
    private int messages;

    TriggerBoard board() {
        TriggerBoardStore.Reading reading = journal.reading();
        stored.forEach(reading::entry);
        return reading.board();
    }

    private void apply(TriggerDecision decision) {
        journal.writeDifference(board(), decision.board(), (key, value) -> {
            if (value == null) {
                stored.remove(key);
            } else {
                stored.put(key, value);
            }
        });
        decision.outputs().forEach(output -> {
            said.add((TriggerEvent) output.envelope().body());
            ids.add(output.envelope().id());
        });
    }

    PolicyStory hear(Message message) {
        return hear("message-" + messages++, message);
    }

    PolicyStory hear(String id, Message message) {
        apply(triggers.decide(
                board(), Envelope.starting(new EventId(id), "/test", "key", now, Optional.empty(), message), now));
        return this;
    }

    PolicyStory pass(Duration time) {
        now = now.plus(time);
        apply(triggers.watch(board(), now));
        return this;
    }

    PolicyStory champion(String checkpoint) {
        apply(triggers.aliasMoved(board(), "tiny", "champion", new CheckpointId(checkpoint)));
        return this;
    }

    Instant now() {
        return now;
    }

    /** Everything said since the last look. */
    List<TriggerEvent> said() {
        List<TriggerEvent> all = List.copyOf(said);
        said.clear();
        return all;
    }

    /** The one firing since the last look. */
    TriggerFired fired() {
        List<TriggerEvent> all = said();
        if (all.size() != 1 || !(all.getFirst() instanceof TriggerFired fired)) {
            throw new AssertionError("said " + all);
        }
        return fired;
    }

    /** The one thing held since the last look. */
    TriggerHeld held() {
        List<TriggerEvent> all = said();
        if (all.size() != 1 || !(all.getFirst() instanceof TriggerHeld held)) {
            throw new AssertionError("said " + all);
        }
        return held;
    }

    List<EventId> ids() {
        return ids;
    }

    /** A slice of so many training rows. */
    PolicyStory rows(String dataset, long rows) {
        return hear(slice(dataset, rows, 6));
    }

    /** The next slice of a data set. */
    DatasetCommitted slice(String dataset, long rows, int lengthBin) {
        int number = slices.merge(dataset, 1, Integer::sum);
        long total = samples.merge(dataset, rows, Long::sum);
        return slice(dataset, number, rows, total, lengthBin);
    }

    /** Any slice. */
    public static DatasetCommitted slice(String dataset, int number, long rows, long total, int lengthBin) {
        List<Long> lengths = new ArrayList<>();
        for (int bin = 0; bin < lengthBin; bin++) {
            lengths.add(0L);
        }
        lengths.add(rows);
        return new DatasetCommitted(
                new DatasetVersion(dataset + "@" + number),
                dataset,
                BLOB,
                total,
                Map.of(),
                Optional.of(new DatasetGrowth(
                        0.1,
                        new DatasetSlice(
                                number,
                                Optional.of(BLOB),
                                rows,
                                Optional.empty(),
                                1,
                                Optional.empty(),
                                Map.of(),
                                0,
                                List.of(),
                                Optional.empty(),
                                rows * 64,
                                rows * 16,
                                lengths,
                                "request"),
                        BLOB,
                        number,
                        total * 64,
                        total * 16,
                        List.of())));
    }

    /** A policy on data set {@code stream} that fires from 100 samples on. */
    public static PolicyDefined volume(long samples) {
        return policy(1, limits(0, 10), new VolumeTrigger("enough", OptionalLong.of(samples), OptionalLong.empty()));
    }

    /** Limits without a budget. */
    public static PolicyLimits limits(long cooldownSeconds, int runs) {
        return new PolicyLimits(cooldownSeconds, runs, OptionalLong.empty(), OptionalDouble.empty(), 0);
    }

    /** A policy on data set {@code stream}. */
    public static PolicyDefined policy(long revision, PolicyLimits limits, TriggerSpecification... triggers) {
        return policy(revision, true, false, limits, triggers);
    }

    /** The same policy under another name. */
    static PolicyDefined named(String name, PolicyDefined like) {
        return new PolicyDefined(
                name,
                like.revision(),
                like.enabled(),
                like.dryRun(),
                like.model(),
                like.alias(),
                like.dataset(),
                like.triggers(),
                like.limits(),
                like.run(),
                like.warmupFraction(),
                like.gate(),
                like.webhooks());
    }

    /** A policy on data set {@code stream}. */
    public static PolicyDefined policy(
            long revision, boolean enabled, boolean dryRun, PolicyLimits limits, TriggerSpecification... triggers) {
        return new PolicyDefined(
                "nightly",
                revision,
                enabled,
                dryRun,
                "tiny",
                "champion",
                "stream",
                List.of(triggers),
                limits,
                adamw("template", 30).build().specification(),
                OptionalDouble.empty(),
                new GateSpecification(List.of(), false, false, 1),
                List.of());
    }
}
