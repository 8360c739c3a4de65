package io.finemesh.scheduler.promotion;

import io.finemesh.contract.evaluation.Outcomes;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.policy.Better;
import io.finemesh.contract.policy.GateRule;
import io.finemesh.contract.policy.GateSpecification;
import io.finemesh.contract.policy.NoRegressionRule;
import io.finemesh.contract.policy.PairedRule;
import io.finemesh.contract.policy.ThresholdRule;
import io.finemesh.contract.registry.GateEvidence;
import io.finemesh.contract.registry.GateVerdict;
import io.finemesh.contract.registry.PairedFigures;
import io.finemesh.score.gate.Evidence;
import io.finemesh.score.gate.Gate;
import io.finemesh.score.gate.GateDecision;
import io.finemesh.score.gate.GatePolicy;
import io.finemesh.score.gate.PolicyFault;
import io.finemesh.score.gate.Rule;
import io.finemesh.score.gate.Scoreboard;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The gate of a policy over scores as they travel: the rules are the score library's, and so are the decisions. */
final class PolicyGate {
    private PolicyGate() {}

    /**
     * How it came out.
     *
     * @param verdict the decision
     * @param evidence how each rule came out
     * @param faults why the policy could not be applied
     */
    record Outcome(GateVerdict verdict, List<GateEvidence> evidence, List<String> faults) {}

    /** Decides about a challenger. */
    static Outcome decide(
            String policy,
            GateSpecification gate,
            CheckpointId challenger,
            List<TaskScore> scores,
            Optional<CheckpointId> champion,
            List<TaskScore> championScores) {
        List<Rule> rules;
        try {
            rules = gate.rules().stream().map(PolicyGate::rule).toList();
        } catch (IllegalArgumentException impossible) {
            return new Outcome(GateVerdict.UNDECIDABLE, List.of(), List.of(impossible.getMessage()));
        }
        GateDecision decision = Gate.decide(
                new GatePolicy(policy, rules, gate.manualApproval(), gate.limitedRuns(), gate.seed()),
                scoreboard(challenger, scores),
                champion.map(holder -> scoreboard(holder, championScores)));
        return switch (decision) {
            case GateDecision.Promoted promoted ->
                new Outcome(GateVerdict.PROMOTED, evidence(gate, promoted.evidence()), List.of());
            case GateDecision.AwaitingApproval awaiting ->
                new Outcome(GateVerdict.AWAITING_APPROVAL, evidence(gate, awaiting.evidence()), List.of());
            case GateDecision.Rejected rejected ->
                new Outcome(GateVerdict.REJECTED, evidence(gate, rejected.evidence()), List.of());
            case GateDecision.Undecidable undecidable ->
                new Outcome(
                        GateVerdict.UNDECIDABLE,
                        List.of(),
                        undecidable.faults().stream().map(PolicyFault::message).toList());
        };
    }

    private static List<GateEvidence> evidence(GateSpecification gate, List<Evidence> all) {
        List<GateEvidence> evidence = new ArrayList<>();
        for (int index = 0; index < all.size(); index++) {
            Evidence one = all.get(index);
            evidence.add(new GateEvidence(
                    gate.rules().get(index),
                    one.passed(),
                    one.challenger(),
                    one.champion(),
                    one.comparison()
                            .map(paired -> new PairedFigures(
                                    paired.samples(),
                                    paired.better(),
                                    paired.worse(),
                                    paired.meanGain(),
                                    paired.pBetter(),
                                    paired.pWorse(),
                                    paired.low(),
                                    paired.high())),
                    one.sentence()));
        }
        return evidence;
    }

    private static Rule rule(GateRule rule) {
        return switch (rule) {
            case ThresholdRule threshold ->
                new Rule.Threshold(
                        threshold.task(), threshold.metric(), direction(threshold.better()), threshold.bound());
            case NoRegressionRule kept ->
                new Rule.NoRegression(kept.task(), kept.metric(), direction(kept.better()), kept.tolerance());
            case PairedRule paired ->
                new Rule.Paired(
                        paired.task(),
                        paired.metric(),
                        direction(paired.better()),
                        switch (paired.demand()) {
                            case BETTER -> Rule.Demand.BETTER;
                            case NOT_WORSE -> Rule.Demand.NOT_WORSE;
                        },
                        switch (paired.test()) {
                            case MCNEMAR -> Rule.Test.MCNEMAR;
                            case BOOTSTRAP -> Rule.Test.BOOTSTRAP;
                        },
                        1 - paired.confidence(),
                        paired.fewest());
        };
    }

    private static Rule.Direction direction(Better better) {
        return switch (better) {
            case HIGHER -> Rule.Direction.HIGHER_IS_BETTER;
            case LOWER -> Rule.Direction.LOWER_IS_BETTER;
        };
    }

    private static Scoreboard scoreboard(CheckpointId checkpoint, List<TaskScore> scores) {
        Map<String, Map<String, Double>> figures = new TreeMap<>();
        Map<String, Map<String, Map<String, Double>>> samples = new TreeMap<>();
        Map<String, Boolean> limited = new TreeMap<>();
        for (TaskScore score : scores) {
            figures.computeIfAbsent(score.task(), _ -> new TreeMap<>()).put(score.metric(), score.value());
            limited.merge(score.task(), score.limited(), Boolean::logicalOr);
            score.outcomes().ifPresent(outcomes -> samples.computeIfAbsent(score.task(), _ -> new TreeMap<>())
                    .put(score.metric(), values(outcomes)));
        }
        Map<String, Scoreboard.TaskResult> tasks = new TreeMap<>();
        figures.forEach((task, metrics) -> tasks.put(
                task, new Scoreboard.TaskResult(metrics, samples.getOrDefault(task, Map.of()), limited.get(task))));
        return new Scoreboard(checkpoint.value(), tasks);
    }

    /** A sample is named by its set and place, so that sets that differ have none in common. */
    private static Map<String, Double> values(Outcomes outcomes) {
        Map<String, Double> values = new TreeMap<>();
        BitSet right;
        try {
            right = outcomes.right();
        } catch (IllegalArgumentException damaged) {
            return values; // as if nothing were known of single samples, which a paired rule says in words
        }
        for (int sample = 0; sample < outcomes.count(); sample++) {
            values.put(outcomes.sampleSet() + "#" + sample, right.get(sample) ? 1.0 : 0.0);
        }
        return values;
    }
}
