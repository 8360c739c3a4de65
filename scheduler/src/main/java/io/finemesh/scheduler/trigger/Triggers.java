package io.finemesh.scheduler.trigger;

import io.finemesh.contract.Message;
import io.finemesh.contract.dataset.DatasetCommitted;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.policy.CronExpression;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.policy.PolicyWithdrawn;
import io.finemesh.contract.policy.ScheduleTrigger;
import io.finemesh.contract.policy.TriggerSpecification;
import io.finemesh.contract.registry.AliasMoved;
import io.finemesh.contract.registry.GateDecided;
import io.finemesh.contract.trigger.CheckpointScored;
import io.finemesh.contract.trigger.DeviceUsed;
import io.finemesh.contract.trigger.FirePolicy;
import io.finemesh.contract.trigger.RefuseFire;
import io.finemesh.contract.trigger.ReportOutsideEvent;
import io.finemesh.contract.trigger.RunMoved;
import io.finemesh.contract.wire.Envelope;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides when policies fire. Pure: the same board, input and time give the same decision.
 *
 * <ul>
 *   <li>Whatever happens is remembered until a firing answers it; one firing answers all that is pending, so that a storm gives one run and nothing is lost.
 *   <li>A firing is held back by cool-down, runs under way, budget, or because the policy is disabled. That is said once; when the limit allows it again it fires.
 *   <li>Volume and drift compare the data set with where it was when the policy fired last, so that no slice is counted twice or left out.
 *   <li>Outside events and requests are known by identity for a day.
 * </ul>
 */
public final class Triggers {
    /** How long an outside event or request that comes again is known. */
    static final Duration KNOWN_FOR = Duration.ofDays(1);

    /**
     * What an input means.
     *
     * @param board everything known
     * @param input about a policy, a data set, a run, a score or the outside
     * @param now by the scheduler's clock
     */
    public TriggerDecision decide(TriggerBoard board, Envelope<? extends Message> input, Instant now) {
        TriggerDeliberation deliberation = new TriggerDeliberation(board, now);
        switch (input.body()) {
            case PolicyDefined defined -> define(deliberation, defined, input);
            case PolicyWithdrawn withdrawn -> withdraw(deliberation, withdrawn);
            case DatasetCommitted committed -> grow(deliberation, committed);
            case FirePolicy fire -> deliberation.request(fire);
            case ReportOutsideEvent event -> deliberation.hear(event);
            case RefuseFire refused -> deliberation.refused(refused);
            case RunMoved moved -> deliberation.moved(moved);
            case DeviceUsed used -> deliberation.used(used);
            case CheckpointScored scored -> deliberation.scored(scored);
            case AliasMoved moved -> {
                return aliasMoved(board, moved.model(), moved.alias(), moved.to());
            }
            // The alias has moved, or has not; that is told on its own.
            case GateDecided _ -> {}
            default ->
                throw new IllegalArgumentException("triggers take nothing from a "
                        + input.body().getClass().getSimpleName() + "; it came from " + input.source());
        }
        return deliberation.decision();
    }

    /** What a moved alias means: from here on its holder is what regressions are measured on, and where runs start. */
    public TriggerDecision aliasMoved(TriggerBoard board, String model, String alias, CheckpointId checkpoint) {
        return new TriggerDecision(board.withAlias(TriggerBoard.alias(model, alias), checkpoint), List.of());
    }

    /** What the passing of time means: schedules that are due, limits that are over. */
    public TriggerDecision watch(TriggerBoard board, Instant now) {
        TriggerDeliberation deliberation = new TriggerDeliberation(board, now);
        for (PolicyState policy : board.policies().values()) {
            PolicyState watched = schedules(policy, now);
            boolean waits = watched.held().isPresent() || !watched.pending().equals(Pending.NOTHING);
            if (!watched.equals(policy) || waits) {
                deliberation.consider(watched);
            }
        }
        deliberation.forget();
        return deliberation.decision();
    }

    private static PolicyState schedules(PolicyState policy, Instant now) {
        Pending pending = policy.pending();
        for (TriggerSpecification trigger : policy.definition().triggers()) {
            if (trigger instanceof ScheduleTrigger schedule) {
                Optional<Instant> due = due(schedule, policy.watchedFrom());
                if (due.isPresent() && !due.get().isAfter(now)) {
                    pending = pending.withSchedule(schedule.name(), due.get());
                }
            }
        }
        return pending.equals(policy.pending()) ? policy : policy.watched(now, pending);
    }

    private static Optional<Instant> due(ScheduleTrigger schedule, Instant after) {
        return CronExpression.parse(schedule.cron()).next(after, ZoneId.of(schedule.zone()));
    }

    private static void define(TriggerDeliberation deliberation, PolicyDefined defined, Envelope<?> input) {
        Optional<PolicyState> known = deliberation.policy(defined.name());
        // Of two gateways that wrote the same revision the one whose record is later counts, there and here.
        boolean old = known.map(PolicyState::definition)
                .filter(before -> before.revision() > defined.revision() || before.equals(defined))
                .isPresent();
        if (old) {
            return;
        }
        deliberation.consider(known.map(policy -> policy.redefined(defined, deliberation.now()))
                .orElseGet(() -> PolicyState.first(defined, input.id(), deliberation.now())));
    }

    private static void withdraw(TriggerDeliberation deliberation, PolicyWithdrawn withdrawn) {
        deliberation
                .policy(withdrawn.name())
                .filter(policy -> policy.definition().revision() < withdrawn.revision())
                .ifPresent(policy -> deliberation.remove(withdrawn.name()));
    }

    private static void grow(TriggerDeliberation deliberation, DatasetCommitted committed) {
        if (committed.growth().isEmpty()) {
            return;
        }
        Map<String, DatasetFacts> datasets = deliberation.board().datasets();
        DatasetFacts known = datasets.get(committed.name());
        DatasetFacts facts =
                DatasetFacts.after(known, committed, committed.growth().get());
        if (!facts.equals(known)) {
            deliberation.grown(committed.name(), facts);
        }
    }
}
