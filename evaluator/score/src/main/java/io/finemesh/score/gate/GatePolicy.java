package io.finemesh.score.gate;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a checkpoint must show before it takes an alias.
 *
 * @param name name in decisions
 * @param rules all must pass; none at all is a fault, since a gate that asks nothing is no gate
 * @param manualApproval a person has the last word after all rules passed
 * @param limitedRuns whether results over a part of a task count
 * @param seed seed of bootstrap intervals, so that a decision can be repeated
 */
public record GatePolicy(String name, List<Rule> rules, boolean manualApproval, boolean limitedRuns, long seed) {
    public GatePolicy {
        requireNonNull(name, "name is null");
        rules = List.copyOf(rules);
    }
}
