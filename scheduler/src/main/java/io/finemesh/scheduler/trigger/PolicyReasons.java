package io.finemesh.scheduler.trigger;

import io.finemesh.contract.policy.DriftTrigger;
import io.finemesh.contract.policy.ExternalTrigger;
import io.finemesh.contract.policy.RegressionTrigger;
import io.finemesh.contract.policy.ScheduleTrigger;
import io.finemesh.contract.policy.TriggerSpecification;
import io.finemesh.contract.policy.VolumeTrigger;
import io.finemesh.contract.trigger.FireReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What speaks for a firing of a policy: one reason that names the first of its triggers that fires and the others beside it. */
final class PolicyReasons {
    private final PolicyState policy;
    private final Mark fresh;
    private final int newest;
    private final List<FireReason> reasons = new ArrayList<>();

    private PolicyReasons(PolicyState policy, Optional<DatasetFacts> data) {
        Mark brought = data.map(DatasetFacts::brought).orElse(Mark.NONE);
        this.policy = policy;
        this.newest = brought.slice();
        this.fresh = brought.since(policy.trained());
    }

    /** The reason; empty when nothing fires. */
    static Optional<FireReason> of(PolicyState policy, Optional<DatasetFacts> data) {
        PolicyReasons found = new PolicyReasons(policy, data);
        policy.pending().requests().forEach(found::requested);
        policy.definition().triggers().forEach(found::consider);
        return found.together();
    }

    /** What a request alone would be. */
    static FireReason of(PolicyState policy, Optional<DatasetFacts> data, Pending.Request request) {
        PolicyReasons found = new PolicyReasons(policy, data);
        found.requested(request);
        return found.together().orElseThrow();
    }

    private void consider(TriggerSpecification trigger) {
        switch (trigger) {
            case VolumeTrigger volume -> volume(volume);
            case ScheduleTrigger schedule -> {
                Instant due = policy.pending().schedules().get(schedule.name());
                if (due != null) {
                    add(
                            schedule.name(),
                            "schedule",
                            Map.of("newSamples", (double) fresh.samples(), "dueEpochSecond", (double)
                                    due.getEpochSecond()),
                            List.of(),
                            "it was due at " + due + " (" + schedule.cron() + " in " + schedule.zone() + "), with "
                                    + fresh.samples() + " new samples");
                }
            }
            case RegressionTrigger regression -> {
                Pending.Regression worse = policy.pending().regressions().get(regression.name());
                if (worse != null) {
                    add(
                            regression.name(),
                            "regression",
                            Map.of("first", worse.first(), "now", worse.now(), "drop", regression.drop()),
                            List.of(),
                            regression.metric() + " of " + regression.task() + " of " + worse.checkpoint() + " is "
                                    + number(worse.now()) + ", and was " + number(worse.first())
                                    + "; it fires from a difference of " + number(regression.drop()) + " on");
                }
            }
            case DriftTrigger drift -> drift(drift);
            case ExternalTrigger external -> {
                Pending.Events events = policy.pending().events().get(external.name());
                if (events != null) {
                    add(
                            external.name(),
                            "external",
                            Map.of("events", (double) events.count()),
                            events.first(),
                            events.count() + " events of type " + external.eventType() + ", the first of them "
                                    + events.first().getFirst());
                }
            }
        }
    }

    private void volume(VolumeTrigger volume) {
        long samples = volume.samples().orElse(Long.MAX_VALUE);
        long tokens = volume.tokens().orElse(Long.MAX_VALUE);
        if (fresh.samples() < samples && fresh.tokens() < tokens) {
            return;
        }
        Map<String, Double> figures = new TreeMap<>();
        figures.put("newSamples", (double) fresh.samples());
        figures.put("newTokens", (double) fresh.tokens());
        volume.samples().ifPresent(needed -> figures.put("neededSamples", (double) needed));
        volume.tokens().ifPresent(needed -> figures.put("neededTokens", (double) needed));
        add(
                volume.name(),
                "volume",
                figures,
                List.of(),
                fresh.samples() + " new samples of about " + fresh.tokens() + " tokens; it fires from "
                        + (volume.samples().isPresent() ? samples + " samples on" : tokens + " tokens on"));
    }

    private void drift(DriftTrigger drift) {
        if (policy.trained().samples() == 0 || fresh.samples() < drift.fewestSamples()) {
            return;
        }
        double index = LengthDrift.index(policy.trained().lengths(), fresh.lengths());
        if (index >= drift.index()) {
            add(
                    drift.name(),
                    "drift",
                    Map.of("index", index, "limit", drift.index(), "newSamples", (double) fresh.samples()),
                    List.of(),
                    "the lengths of " + fresh.samples() + " new samples have a stability index of " + number(index)
                            + " against those that were trained on; it fires from " + number(drift.index()) + " on");
        }
    }

    private void requested(Pending.Request request) {
        add(
                "request",
                "request",
                Map.of("newSamples", (double) fresh.samples()),
                List.of(),
                "somebody asked for it: " + request.reason());
    }

    private void add(String trigger, String kind, Map<String, Double> figures, List<String> events, String sentence) {
        reasons.add(new FireReason(
                trigger, kind, policy.trained().slice() + 1, newest, figures, events, List.of(), sentence));
    }

    private Optional<FireReason> together() {
        if (reasons.isEmpty()) {
            return Optional.empty();
        }
        FireReason first = reasons.getFirst();
        List<String> others =
                reasons.stream().skip(1).map(FireReason::trigger).distinct().toList();
        String sentence = "policy " + policy.definition().name() + ", trigger " + first.trigger() + ": "
                + first.sentence()
                + (others.isEmpty() ? "" : "; so do " + String.join(", ", others));
        return Optional.of(new FireReason(
                first.trigger(),
                first.kind(),
                first.fromSlice(),
                first.toSlice(),
                first.figures(),
                first.events(),
                others,
                sentence));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
