package io.finemesh.scheduler.trigger;

import io.finemesh.contract.policy.PolicyLimits;
import java.time.Instant;
import java.util.List;

/** What of a budget is used: by runs that ended within its period, and by runs under way with all that they will take. */
final class Budgets {
    private Budgets() {}

    static List<Spending> within(PolicyLimits limits, List<Spending> spent, Instant now) {
        if (limits.periodSeconds() == 0) {
            return spent;
        }
        Instant from = now.minusSeconds(limits.periodSeconds());
        return spent.stream().filter(each -> each.at().isAfter(from)).toList();
    }

    static Spending sum(List<Spending> spent, Instant now) {
        return new Spending(
                now,
                spent.stream().mapToLong(Spending::steps).sum(),
                spent.stream().mapToLong(Spending::deviceMillis).sum());
    }

    static long steps(PolicyState policy, Instant now) {
        return sum(within(policy.definition().limits(), policy.spent(), now), now)
                        .steps()
                + policy.open().stream().mapToLong(OpenRun::steps).sum();
    }

    static double gpuSeconds(PolicyState policy, Instant now) {
        long millis = sum(within(policy.definition().limits(), policy.spent(), now), now)
                        .deviceMillis()
                + policy.open().stream().mapToLong(run -> run.deviceMillis(now)).sum();
        return millis / 1_000.0;
    }
}
