package io.finemesh.contract.policy;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How often and how much a policy may train. What a limit holds back is fired once when the limit allows it again.
 *
 * @param cooldownSeconds time between one firing and the next
 * @param maximumConcurrentRuns runs of the policy that may be under way at once
 * @param budgetSteps optimizer steps within the period
 * @param budgetGpuSeconds time within the period that trainers spend on segments, in seconds
 * @param periodSeconds length of the period that ends now; 0 = since the policy exists
 */
public record PolicyLimits(
        long cooldownSeconds,
        int maximumConcurrentRuns,
        OptionalLong budgetSteps,
        OptionalDouble budgetGpuSeconds,
        long periodSeconds) {
    public PolicyLimits {
        budgetSteps = budgetSteps == null ? OptionalLong.empty() : budgetSteps;
        budgetGpuSeconds = budgetGpuSeconds == null ? OptionalDouble.empty() : budgetGpuSeconds;
    }
}
