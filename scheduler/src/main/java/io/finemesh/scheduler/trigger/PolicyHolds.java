package io.finemesh.scheduler.trigger;

import io.finemesh.contract.policy.PolicyLimits;
import io.finemesh.contract.trigger.HoldReason;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** What speaks against a firing now. What is held back is not lost: it is looked at again when something happens, and as time passes. */
final class PolicyHolds {
    private PolicyHolds() {}

    /**
     * What holds a firing back.
     *
     * @param reason which limit
     * @param until when time alone ends it
     * @param sentence for people
     */
    record Hold(HoldReason reason, Optional<Instant> until, String sentence) {}

    /**
     * The first limit that holds the policy back; empty if none does.
     *
     * @param asked whether a person asks: then neither the switch nor the cool-down counts, but what costs does
     */
    static Optional<Hold> of(PolicyState policy, Optional<DatasetFacts> data, boolean asked, Instant now) {
        PolicyLimits limits = policy.definition().limits();
        if (!policy.definition().enabled() && !asked) {
            return hold(HoldReason.DISABLED, "the policy is disabled; enable it, and what happened meanwhile counts");
        }
        if (data.isEmpty() || data.get().samples() == 0) {
            return hold(
                    HoldReason.NO_DATA,
                    "data set " + policy.definition().dataset() + " has no training sample yet; send records to it");
        }
        Optional<Instant> cool = policy.firedAt().map(at -> at.plusSeconds(limits.cooldownSeconds()));
        if (!asked && cool.isPresent() && now.isBefore(cool.get())) {
            return Optional.of(new Hold(
                    HoldReason.COOLDOWN,
                    cool,
                    "it fired at " + policy.firedAt().get() + " and cools down until " + cool.get()));
        }
        if (policy.open().size() >= limits.maximumConcurrentRuns()) {
            return hold(
                    HoldReason.CONCURRENCY,
                    policy.open().size() + " of its runs are under way and " + limits.maximumConcurrentRuns()
                            + " may be: "
                            + policy.open().stream()
                                    .map(run -> run.run().value())
                                    .toList());
        }
        return budget(policy, limits, now);
    }

    private static Optional<Hold> budget(PolicyState policy, PolicyLimits limits, Instant now) {
        long steps = Budgets.steps(policy, now);
        OptionalLong asks = policy.definition().run().maxSteps();
        if (limits.budgetSteps().isPresent()
                && steps + asks.orElse(1) > limits.budgetSteps().getAsLong()) {
            return Optional.of(new Hold(
                    HoldReason.STEP_BUDGET,
                    freed(policy, limits),
                    steps + " of " + limits.budgetSteps().getAsLong() + " optimizer steps are used"
                            + asks.stream()
                                    .mapToObj(more -> ", and a run takes " + more)
                                    .findFirst()
                                    .orElse("")));
        }
        double seconds = Budgets.gpuSeconds(policy, now);
        if (limits.budgetGpuSeconds().isPresent()
                && seconds >= limits.budgetGpuSeconds().getAsDouble()) {
            return Optional.of(new Hold(
                    HoldReason.GPU_BUDGET,
                    freed(policy, limits),
                    Math.round(seconds) + " of " + limits.budgetGpuSeconds().getAsDouble()
                            + " seconds of trainers are used"));
        }
        return Optional.empty();
    }

    /** When the oldest spending leaves the period. */
    private static Optional<Instant> freed(PolicyState policy, PolicyLimits limits) {
        return limits.periodSeconds() == 0
                ? Optional.empty()
                : policy.spent().stream()
                        .map(spending -> spending.at().plusSeconds(limits.periodSeconds()))
                        .min(Instant::compareTo);
    }

    private static Optional<Hold> hold(HoldReason reason, String sentence) {
        return Optional.of(new Hold(reason, Optional.empty(), sentence));
    }
}
