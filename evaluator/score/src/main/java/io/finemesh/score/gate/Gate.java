package io.finemesh.score.gate;

import io.finemesh.score.gate.PolicyFault.Kind;
import io.finemesh.score.gate.Rule.Demand;
import io.finemesh.score.gate.Rule.Test;
import io.finemesh.score.gate.Scoreboard.TaskResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Applies a policy. Every fault of the policy is found before any rule is judged, so that nothing is promoted by half a policy. */
public final class Gate {
    private final GatePolicy policy;
    private final Scoreboard challenger;
    private final Optional<Scoreboard> champion;
    private final List<PolicyFault> faults = new ArrayList<>();

    private Gate(GatePolicy policy, Scoreboard challenger, Optional<Scoreboard> champion) {
        this.policy = policy;
        this.challenger = challenger;
        this.champion = champion;
    }

    /**
     * Decides.
     *
     * @param champion results of the checkpoint that holds the alias; empty when none does, and then comparisons pass
     */
    public static GateDecision decide(GatePolicy policy, Scoreboard challenger, Optional<Scoreboard> champion) {
        return new Gate(policy, challenger, champion).decide();
    }

    private GateDecision decide() {
        Optional<String> holder = champion.map(Scoreboard::checkpoint);
        if (policy.rules().isEmpty()) {
            faults.add(new PolicyFault(
                    Kind.NO_RULES,
                    -1,
                    "policy \"" + policy.name()
                            + "\" has no rules, so it would let anything pass; give it at least one"));
        }
        List<Evidence> evidence = new ArrayList<>();
        for (int index = 0; index < policy.rules().size(); index++) {
            int before = faults.size();
            Rule rule = policy.rules().get(index);
            check(index, rule);
            if (faults.size() == before) {
                evidence.add(judge(rule));
            }
        }
        if (!faults.isEmpty()) {
            return new GateDecision.Undecidable(policy, challenger.checkpoint(), holder, faults);
        }
        if (!evidence.stream().allMatch(Evidence::passed)) {
            return new GateDecision.Rejected(policy, challenger.checkpoint(), holder, evidence);
        }
        return policy.manualApproval()
                ? new GateDecision.AwaitingApproval(policy, challenger.checkpoint(), holder, evidence)
                : new GateDecision.Promoted(policy, challenger.checkpoint(), holder, evidence);
    }

    private void check(int index, Rule rule) {
        check(index, rule, challenger, "challenger");
        boolean compares = !(rule instanceof Rule.Threshold);
        if (compares) {
            champion.ifPresent(board -> check(index, rule, board, "champion"));
        }
        if (rule instanceof Rule.Paired paired && champion.isPresent()) {
            samples(index, paired);
        }
    }

    private void check(int index, Rule rule, Scoreboard board, String role) {
        String who = role + " " + board.checkpoint();
        TaskResult result = board.tasks().get(rule.task());
        if (result == null) {
            fault(
                    Kind.UNKNOWN_TASK,
                    index,
                    "the " + who + " was not evaluated on \"" + rule.task() + "\"; it was on "
                            + names(board.tasks().keySet()) + "; evaluate it, or change the rule");
            return;
        }
        if (!result.figures().containsKey(rule.metric())) {
            fault(
                    Kind.UNKNOWN_METRIC,
                    index,
                    "\"" + rule.task() + "\" of the " + who + " has no metric \"" + rule.metric() + "\"; it has "
                            + names(result.metrics()));
        } else if (!Double.isFinite(result.figures().get(rule.metric()))) {
            fault(
                    Kind.NOT_FINITE,
                    index,
                    "\"" + rule.metric() + "\" of \"" + rule.task() + "\" of the " + who + " is "
                            + result.figures().get(rule.metric()));
        }
        if (result.limited() && !policy.limitedRuns()) {
            fault(
                    Kind.LIMITED_RUN,
                    index,
                    "\"" + rule.task() + "\" of the " + who
                            + " is a limited run, not a score; evaluate all of it, or let the policy accept limited runs");
        }
    }

    private void samples(int index, Rule.Paired rule) {
        TaskResult mine = challenger.tasks().get(rule.task());
        TaskResult theirs = champion.orElseThrow().tasks().get(rule.task());
        if (mine == null || theirs == null) {
            return;
        }
        Map<String, Double> one = mine.samples().getOrDefault(rule.metric(), Map.of());
        Map<String, Double> other = theirs.samples().getOrDefault(rule.metric(), Map.of());
        if (one.isEmpty() || other.isEmpty()) {
            fault(
                    Kind.NO_SAMPLES,
                    index,
                    "a paired comparison on \"" + rule.task() + "\" needs the value of \"" + rule.metric()
                            + "\" for each sample of both checkpoints, and "
                            + (one.isEmpty() ? "the challenger's" : "the champion's") + " are not at hand");
            return;
        }
        long common = one.keySet().stream().filter(other::containsKey).count();
        if (common < rule.fewest()) {
            fault(
                    Kind.TOO_FEW_COMMON_SAMPLES,
                    index,
                    "challenger and champion share " + common + " samples of \"" + rule.task()
                            + "\", and the rule wants at least " + rule.fewest());
        }
        for (Map<String, Double> values : List.of(one, other)) {
            values.forEach((sample, value) -> {
                if (!Double.isFinite(value)) {
                    fault(
                            Kind.NOT_FINITE,
                            index,
                            "sample " + sample + " of \"" + rule.task() + "\" has the value " + value);
                }
            });
            boolean binary = values.values().stream().allMatch(value -> value == 0 || value == 1);
            if (rule.test() == Test.MCNEMAR && !binary) {
                fault(
                        Kind.NOT_BINARY,
                        index,
                        "McNemar's test is for values of 0 and 1, and \"" + rule.metric() + "\" of \"" + rule.task()
                                + "\" has others; use the bootstrap");
            }
        }
    }

    private Evidence judge(Rule rule) {
        double mine = challenger.tasks().get(rule.task()).figures().get(rule.metric());
        OptionalDouble theirs = rule instanceof Rule.Threshold || champion.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        champion.get().tasks().get(rule.task()).figures().get(rule.metric()));
        return switch (rule) {
            case Rule.Threshold threshold -> {
                boolean passed = threshold.direction().gain(mine, threshold.bound()) >= 0;
                yield evidence(
                        rule, passed, mine, theirs, Optional.empty(), "the bound is " + number(threshold.bound()));
            }
            case Rule.NoRegression kept -> {
                boolean passed =
                        theirs.isEmpty() || kept.direction().gain(mine, theirs.getAsDouble()) >= -kept.tolerance();
                yield evidence(
                        rule,
                        passed,
                        mine,
                        theirs,
                        Optional.empty(),
                        theirs.isEmpty()
                                ? "there is no champion to be worse than"
                                : "the champion has " + number(theirs.getAsDouble()) + ", " + number(kept.tolerance())
                                        + " worse is accepted");
            }
            case Rule.Paired paired ->
                champion.isEmpty()
                        ? evidence(rule, true, mine, theirs, Optional.empty(), "there is no champion to compare with")
                        : compared(paired, mine, theirs);
        };
    }

    private Evidence compared(Rule.Paired rule, double mine, OptionalDouble theirs) {
        Map<String, Double> one = challenger.tasks().get(rule.task()).samples().get(rule.metric());
        Map<String, Double> other =
                champion.orElseThrow().tasks().get(rule.task()).samples().get(rule.metric());
        double[] gains = one.entrySet().stream()
                .filter(sample -> other.containsKey(sample.getKey()))
                .mapToDouble(sample -> rule.direction().gain(sample.getValue(), other.get(sample.getKey())))
                .toArray();
        PairedComparison comparison = PairedComparison.of(gains, rule.level(), policy.seed());
        boolean better = rule.test() == Test.MCNEMAR ? comparison.pBetter() <= rule.level() : comparison.low() > 0;
        boolean worse = rule.test() == Test.MCNEMAR ? comparison.pWorse() <= rule.level() : comparison.high() < 0;
        boolean passed = rule.demand() == Demand.BETTER ? better : !worse;
        String shown = rule.test() == Test.MCNEMAR
                ? "McNemar's exact p is " + number(comparison.pBetter()) + " for better, " + number(comparison.pWorse())
                        + " for worse"
                : "the mean gain is between " + number(comparison.low()) + " and " + number(comparison.high());
        return evidence(
                rule,
                passed,
                mine,
                theirs,
                Optional.of(comparison),
                "better on " + comparison.better() + " and worse on " + comparison.worse() + " of "
                        + comparison.samples() + " common samples; " + shown + " at level " + number(rule.level()));
    }

    private static Evidence evidence(
            Rule rule,
            boolean passed,
            double mine,
            OptionalDouble theirs,
            Optional<PairedComparison> comparison,
            String reason) {
        String figure = rule.task().equals(rule.metric()) ? rule.metric() : rule.task() + " " + rule.metric();
        String sentence = figure + " is " + number(mine) + ": " + reason + (passed ? ", passed" : ", failed");
        return new Evidence(rule, passed, mine, theirs, comparison, sentence);
    }

    private void fault(Kind kind, int rule, String message) {
        faults.add(new PolicyFault(kind, rule, message));
    }

    private static String names(Set<String> names) {
        return names.isEmpty() ? "nothing" : String.join(", ", names);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
