package io.finemesh.contract.policy;

import java.util.List;

/**
 * What a checkpoint must show before it takes an alias.
 *
 * @param rules all must pass
 * @param manualApproval a person has the last word after all rules passed
 * @param limitedRuns whether results over a part of a task count
 * @param seed seed of bootstrap intervals, so that a decision can be repeated
 */
public record GateSpecification(List<GateRule> rules, boolean manualApproval, boolean limitedRuns, long seed) {
    public GateSpecification {
        rules = List.copyOf(rules);
    }
}
