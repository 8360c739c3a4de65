package io.finemesh.scheduler.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.policy.PolicyDefined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a policy stands.
 *
 * @param definition its newest revision
 * @param origin the event that defined it first; identities of its firings follow from it
 * @param said firings and holds said so far
 * @param trained how far the data set was when it fired last
 * @param firedAt when that was; absent before the first time
 * @param watchedFrom times of schedules after this are still to come
 * @param pending what it was not fired on yet
 * @param open runs under way
 * @param spent what runs of the budget's period have used
 * @param held what was said to hold it back, while that is so
 * @param answered regressions that it fired on, by trigger: the runs they cause score the same checkpoint again, and only a further fall is news
 */
public record PolicyState(
        PolicyDefined definition,
        EventId origin,
        int said,
        Mark trained,
        Optional<Instant> firedAt,
        Instant watchedFrom,
        Pending pending,
        List<OpenRun> open,
        List<Spending> spent,
        Optional<String> held,
        Map<String, Pending.Regression> answered) {
    public PolicyState {
        requireNonNull(definition, "definition is null");
        requireNonNull(origin, "origin is null");
        requireNonNull(trained, "trained is null");
        firedAt = firedAt == null ? Optional.empty() : firedAt;
        requireNonNull(watchedFrom, "watchedFrom is null");
        requireNonNull(pending, "pending is null");
        open = List.copyOf(open);
        spent = List.copyOf(spent);
        held = held == null ? Optional.empty() : held;
        answered = answered == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(answered));
    }

    static PolicyState first(PolicyDefined definition, EventId origin, Instant now) {
        return new PolicyState(
                definition,
                origin,
                0,
                Mark.NONE,
                Optional.empty(),
                now,
                Pending.NOTHING,
                List.of(),
                List.of(),
                Optional.empty(),
                Map.of());
    }

    /** A newer revision: what happened and what runs is kept; another data set begins anew, and so do schedules and triggers that changed. */
    PolicyState redefined(PolicyDefined newer, Instant now) {
        boolean sameData = newer.dataset().equals(definition.dataset());
        Map<String, Pending.Regression> still = new TreeMap<>();
        newer.triggers().stream()
                .filter(definition.triggers()::contains)
                .filter(trigger -> answered.containsKey(trigger.name()))
                .forEach(trigger -> still.put(trigger.name(), answered.get(trigger.name())));
        return new PolicyState(
                newer,
                origin,
                said,
                sameData ? trained : Mark.NONE,
                firedAt,
                now,
                pending,
                open,
                spent,
                Optional.empty(),
                still);
    }

    PolicyState with(Pending changed) {
        return new PolicyState(
                definition, origin, said, trained, firedAt, watchedFrom, changed, open, spent, held, answered);
    }

    PolicyState watched(Instant until, Pending changed) {
        return new PolicyState(definition, origin, said, trained, firedAt, until, changed, open, spent, held, answered);
    }

    PolicyState heldBy(Optional<String> reason) {
        int more = reason.isPresent() ? said + 1 : said;
        return new PolicyState(
                definition, origin, more, trained, firedAt, watchedFrom, pending, open, spent, reason, answered);
    }

    /** After a firing: everything pending is answered by it. */
    PolicyState fired(Mark upTo, Instant now, Optional<OpenRun> run) {
        List<OpenRun> runs = new ArrayList<>(open);
        run.ifPresent(runs::add);
        Map<String, Pending.Regression> all = new TreeMap<>(answered);
        all.putAll(pending.regressions());
        return new PolicyState(
                definition,
                origin,
                said + 1,
                upTo,
                Optional.of(now),
                watchedFrom,
                Pending.NOTHING,
                runs,
                spent,
                Optional.empty(),
                all);
    }

    /** What a regression trigger fired on last; empty where the checkpoint is another one. */
    Optional<Pending.Regression> answered(String trigger, String checkpoint) {
        return Optional.ofNullable(answered.get(trigger))
                .filter(regression -> regression.checkpoint().equals(checkpoint));
    }

    /** The checkpoint is as good as it was: its next fall is news. */
    PolicyState recovered(String trigger) {
        Map<String, Pending.Regression> left = new TreeMap<>(answered);
        left.remove(trigger);
        return new PolicyState(
                definition, origin, said, trained, firedAt, watchedFrom, pending, open, spent, held, left);
    }

    Optional<OpenRun> openRun(RunId run) {
        return open.stream().filter(each -> each.run().equals(run)).findFirst();
    }

    PolicyState replacing(OpenRun changed) {
        return withRuns(
                open.stream()
                        .map(each -> each.run().equals(changed.run()) ? changed : each)
                        .toList(),
                spent);
    }

    /** A run has ended; what it used is remembered for as long as the budget's period goes back. */
    PolicyState ended(OpenRun run, Instant now) {
        List<OpenRun> left =
                open.stream().filter(each -> !each.run().equals(run.run())).toList();
        List<Spending> all = new ArrayList<>(Budgets.within(definition.limits(), spent, now));
        all.add(new Spending(now, run.committedSteps(), run.deviceMillis(now)));
        return withRuns(left, definition.limits().periodSeconds() == 0 ? List.of(Budgets.sum(all, now)) : all);
    }

    private PolicyState withRuns(List<OpenRun> runs, List<Spending> used) {
        return new PolicyState(
                definition, origin, said, trained, firedAt, watchedFrom, pending, runs, used, held, answered);
    }
}
