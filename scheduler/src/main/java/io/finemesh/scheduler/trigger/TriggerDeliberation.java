package io.finemesh.scheduler.trigger;

import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.FireId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.policy.Better;
import io.finemesh.contract.policy.ExternalTrigger;
import io.finemesh.contract.policy.RegressionTrigger;
import io.finemesh.contract.policy.TriggerSpecification;
import io.finemesh.contract.run.RunPhase;
import io.finemesh.contract.trigger.CheckpointScored;
import io.finemesh.contract.trigger.DeviceUsed;
import io.finemesh.contract.trigger.FirePolicy;
import io.finemesh.contract.trigger.FireReason;
import io.finemesh.contract.trigger.RefuseFire;
import io.finemesh.contract.trigger.ReportOutsideEvent;
import io.finemesh.contract.trigger.RunMoved;
import io.finemesh.contract.trigger.ScoredFigure;
import io.finemesh.contract.trigger.TriggerEvent;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.contract.trigger.TriggerHeld;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.trigger.PolicyHolds.Hold;
import io.finemesh.scheduler.trigger.TriggerBoard.FirstScores;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** One decision in the making: the board as it changes, and what is said. */
final class TriggerDeliberation {
    private static final String SOURCE = "/scheduler";
    private static final int SCORES_KEPT = 200;

    private final Instant now;
    private final List<Announcement<?>> outputs = new ArrayList<>();
    private TriggerBoard board;

    TriggerDeliberation(TriggerBoard board, Instant now) {
        this.board = board;
        this.now = now;
    }

    TriggerDecision decision() {
        return new TriggerDecision(board, outputs);
    }

    TriggerBoard board() {
        return board;
    }

    Instant now() {
        return now;
    }

    Optional<PolicyState> policy(String name) {
        return Optional.ofNullable(board.policies().get(name));
    }

    void remove(String name) {
        board = board.withoutPolicy(name);
    }

    void grown(String dataset, DatasetFacts facts) {
        board = board.withDataset(dataset, facts);
        everyPolicy(policy -> policy.definition().dataset().equals(dataset) ? Optional.of(policy) : Optional.empty());
    }

    void request(FirePolicy fire) {
        Optional<PolicyState> policy = policy(fire.policy());
        if (policy.isEmpty() || heard("request " + fire.requestId())) {
            return;
        }
        Pending.Request request = new Pending.Request(fire.requestId(), fire.reason());
        if (fire.dryRun()) {
            Optional<DatasetFacts> data = data(policy.get());
            FireReason why = PolicyReasons.of(policy.get(), data, request);
            EventId id = new EventId(fire.requestId());
            PolicyHolds.of(policy.get(), data, true, now)
                    .ifPresentOrElse(
                            hold -> say(id, held(policy.get(), hold, why), Optional.empty()),
                            () -> say(id, fired(policy.get(), id, data.orElseThrow(), why, true), Optional.empty()));
            return;
        }
        consider(policy.get().with(policy.get().pending().withRequest(request)));
    }

    void hear(ReportOutsideEvent event) {
        String name = event.source() + "#" + event.eventId();
        if (heard("event " + name)) {
            return;
        }
        everyPolicy(policy -> {
            Pending pending = policy.pending();
            for (TriggerSpecification trigger : policy.definition().triggers()) {
                boolean fits = trigger instanceof ExternalTrigger external
                        && external.eventType().equals(event.eventType())
                        && external.source().map(event.source()::equals).orElse(true);
                pending = fits ? pending.withEvent(trigger.name(), name) : pending;
            }
            return pending.equals(policy.pending()) ? Optional.empty() : Optional.of(policy.with(pending));
        });
    }

    private boolean heard(String identity) {
        String key = EventId.derived(new EventId("heard"), identity, 0).value();
        if (board.heard().containsKey(key)) {
            return true;
        }
        board = board.withHeard(TriggerBoard.put(board.heard(), key, now));
        return false;
    }

    /** Forgets what nobody will repeat any more. */
    void forget() {
        Instant from = now.minus(Triggers.KNOWN_FOR);
        if (board.heard().values().stream().anyMatch(from::isAfter)) {
            Map<String, Instant> recent = new LinkedHashMap<>(board.heard());
            recent.values().removeIf(from::isAfter);
            board = board.withHeard(recent);
        }
    }

    void refused(RefuseFire refused) {
        everyPolicy(policy -> policy.open().stream()
                .filter(run -> run.fire().equals(refused.fireId()))
                .findFirst()
                .map(run -> policy.ended(run, now)));
    }

    void moved(RunMoved moved) {
        RunId run = moved.runId();
        onRun(run, open -> open.moved(moved.totalSteps(), moved.committedSteps()), ended(moved.phase()));
    }

    private static boolean ended(RunPhase phase) {
        return switch (phase) {
            case COMPLETED, FAILED, CANCELLED, REJECTED -> true;
            case ACCEPTED, TRAINING, EVALUATING -> false;
        };
    }

    void used(DeviceUsed used) {
        String segment = used.segmentIndex() + "." + used.epoch();
        onRun(
                used.runId(),
                open -> used.running() ? open.segmentBegan(segment, used.at()) : open.segmentEnded(segment, used.at()),
                false);
    }

    private void onRun(RunId run, UnaryOperator<OpenRun> change, boolean ends) {
        everyPolicy(policy -> policy.openRun(run).map(open -> {
            OpenRun changed = change.apply(open);
            return ends ? policy.ended(changed, now) : policy.replacing(changed);
        }));
    }

    void scored(CheckpointScored scored) {
        String checkpoint = scored.checkpoint().value();
        FirstScores known = board.scores().get(checkpoint);
        if (known != null && known.newest().equals(scored.evaluation().value())) {
            return;
        }
        List<ScoredFigure> first = new ArrayList<>(known == null ? List.of() : known.figures());
        List<ScoredFigure> before = List.copyOf(first);
        scored.figures().stream()
                .filter(figure -> sameFigure(before, figure).isEmpty())
                .forEach(first::add);
        remember(checkpoint, new FirstScores(now, first, scored.evaluation().value()));
        everyPolicy(policy -> {
            if (!board.champion(policy)
                    .map(champion -> champion.equals(scored.checkpoint()))
                    .orElse(false)) {
                return Optional.empty();
            }
            PolicyState changed = policy;
            for (TriggerSpecification trigger : policy.definition().triggers()) {
                if (trigger instanceof RegressionTrigger regression) {
                    changed = weighed(changed, regression, before, scored);
                }
            }
            return changed.equals(policy) ? Optional.empty() : Optional.of(changed);
        });
    }

    /**
     * A policy after its champion was scored. A fall that it fired on is not news when the run that it caused scores the champion once more, or else it would fire itself for as long as it may: what falls is
     * held against the score that it fired on, until the champion is as good as it was.
     */
    private static PolicyState weighed(
            PolicyState policy, RegressionTrigger trigger, List<ScoredFigure> before, CheckpointScored scored) {
        Optional<ScoredFigure> newest = scored.figures().stream()
                .filter(figure ->
                        figure.task().equals(trigger.task()) && figure.metric().equals(trigger.metric()))
                .findFirst();
        Optional<ScoredFigure> first = newest.flatMap(figure -> sameFigure(before, figure));
        if (first.isEmpty() || newest.isEmpty()) {
            return policy;
        }
        String checkpoint = scored.checkpoint().value();
        double now = newest.get().value();
        Optional<Pending.Regression> answered = policy.answered(trigger.name(), checkpoint);
        if (loss(trigger, first.get().value(), now) < trigger.drop()) {
            return answered.isPresent() ? policy.recovered(trigger.name()) : policy;
        }
        double base = answered.map(Pending.Regression::now).orElse(first.get().value());
        return loss(trigger, base, now) < trigger.drop()
                ? policy
                : policy.with(policy.pending()
                        .withRegression(
                                trigger.name(),
                                new Pending.Regression(checkpoint, first.get().value(), now)));
    }

    private static double loss(RegressionTrigger trigger, double before, double now) {
        return trigger.better() == Better.HIGHER ? before - now : now - before;
    }

    /** The figure of the same metric, rated by the same judge where anybody rated it. */
    private static Optional<ScoredFigure> sameFigure(List<ScoredFigure> figures, ScoredFigure like) {
        return figures.stream()
                .filter(figure -> figure.task().equals(like.task())
                        && figure.metric().equals(like.metric())
                        && figure.judge().equals(like.judge()))
                .findFirst();
    }

    /** Keeps the scores of the newest checkpoints, and of those that hold an alias. */
    private void remember(String checkpoint, FirstScores scores) {
        Map<String, FirstScores> all = new LinkedHashMap<>(TriggerBoard.put(board.scores(), checkpoint, scores));
        if (all.size() > SCORES_KEPT) {
            all.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals(checkpoint))
                    .filter(entry -> board.aliases().values().stream()
                            .noneMatch(holder -> holder.value().equals(entry.getKey())))
                    .min(Comparator.comparing((Map.Entry<String, FirstScores> entry) ->
                                    entry.getValue().at())
                            .thenComparing(Map.Entry::getKey))
                    .map(Map.Entry::getKey)
                    .ifPresent(all::remove);
        }
        board = board.withScores(all);
    }

    /** Looks again at every policy that an input concerns. */
    private void everyPolicy(Function<PolicyState, Optional<PolicyState>> concerned) {
        for (PolicyState policy : List.copyOf(board.policies().values())) {
            concerned.apply(policy).ifPresent(this::consider);
        }
    }

    /** Fires a policy if anything speaks for it and nothing against it. */
    void consider(PolicyState policy) {
        Optional<DatasetFacts> data = data(policy);
        Optional<FireReason> why = PolicyReasons.of(policy, data);
        if (why.isEmpty()) {
            board = board.with(policy.heldBy(Optional.empty()));
            return;
        }
        boolean asked = !policy.pending().requests().isEmpty();
        Optional<Hold> hold = PolicyHolds.of(policy, data, asked, now);
        if (hold.isPresent()) {
            hold(policy, hold.get(), why.get());
        } else {
            fire(policy, data.orElseThrow(), why.get());
        }
    }

    private void hold(PolicyState policy, Hold hold, FireReason why) {
        String word = hold.reason() + " " + why.trigger();
        if (policy.held().equals(Optional.of(word))) {
            board = board.with(policy);
            return;
        }
        say(identity(policy), held(policy, hold, why), Optional.empty());
        board = board.with(policy.heldBy(Optional.of(word)));
    }

    private void fire(PolicyState policy, DatasetFacts data, FireReason why) {
        EventId identity = identity(policy);
        boolean dryRun = policy.definition().dryRun();
        TriggerFired fired = fired(policy, identity, data, why, dryRun);
        say(identity, fired, Optional.of(fired.runId()));
        Optional<OpenRun> run = dryRun
                ? Optional.empty()
                : Optional.of(OpenRun.begun(
                        fired.fireId(),
                        fired.runId(),
                        policy.definition().run().maxSteps().orElse(0),
                        now));
        board = board.with(policy.fired(data.brought(), now, run));
    }

    private static EventId identity(PolicyState policy) {
        return EventId.derived(policy.origin(), "policy " + policy.definition().name(), policy.said());
    }

    private TriggerFired fired(
            PolicyState policy, EventId identity, DatasetFacts data, FireReason why, boolean dryRun) {
        FireId fire = new FireId("fire-" + identity.value());
        Optional<DatasetVersion> heldOut =
                data.heldOutSamples() > 0 ? Optional.of(data.heldOutVersion()) : Optional.empty();
        return new TriggerFired(
                fire,
                policy.definition().name(),
                policy.definition().revision(),
                RunId.ofFire(fire),
                why,
                board.champion(policy),
                data.version(),
                heldOut,
                dryRun);
    }

    private static TriggerHeld held(PolicyState policy, Hold hold, FireReason why) {
        return new TriggerHeld(
                policy.definition().name(),
                policy.definition().revision(),
                hold.reason(),
                hold.until(),
                why,
                hold.sentence() + "; waiting: " + why.sentence());
    }

    private Optional<DatasetFacts> data(PolicyState policy) {
        return Optional.ofNullable(board.datasets().get(policy.definition().dataset()));
    }

    private void say(EventId cause, TriggerEvent event, Optional<RunId> run) {
        outputs.add(new Announcement<>(
                Topics.TRIGGER_FIRES,
                new Envelope<>(
                        EventId.derived(cause, Topics.TRIGGER_FIRES.name(), 0),
                        SOURCE,
                        event.policy(),
                        now,
                        Optional.empty(),
                        run.map(RunId::value),
                        Optional.of(cause),
                        event)));
    }
}
