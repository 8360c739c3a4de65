package io.finemesh.scheduler.promotion;

import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.policy.GateRule;
import io.finemesh.contract.policy.GateSpecification;
import io.finemesh.contract.policy.PairedRule;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.registry.CheckpointEvaluated;
import io.finemesh.contract.registry.GateVerdict;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds a later evaluation of an alias's holder against what the holder scored when it took the alias. */
final class HolderWatch {
    /** Tasks whose figures are of a checkpoint against the one its run started from. */
    private static final Set<String> COMPARING = EnumSet.allOf(EvaluationTask.class).stream()
            .filter(EvaluationTask::comparesCheckpoints)
            .map(task -> task.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private HolderWatch() {}

    /**
     * How the holder fell behind: a threshold that it no longer passes, or its own scores that it no longer reaches. Rules that the evaluation says nothing about are not
     * asked, nor those whose task was asked on other data than the policy's, whatever its version, or rated by another judge: harder questions and stricter
     * judges make no model worse. What compares with the start of a run says nothing later.
     *
     * @param baseline what the holder scored when it took the alias
     * @return empty when it did not
     */
    static Optional<PolicyGate.Outcome> regression(
            PolicyDefined policy, AliasState.Baseline baseline, CheckpointEvaluated evaluated) {
        List<GateRule> rules = policy.gate().rules().stream()
                .filter(rule -> !(rule instanceof PairedRule))
                .filter(rule -> !COMPARING.contains(rule.task()))
                .filter(rule -> comparable(evaluated.scores(), baseline.scores(), rule))
                .filter(rule -> onItsData(policy, rule, evaluated))
                .toList();
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        PolicyGate.Outcome outcome = PolicyGate.decide(
                policy.name(),
                new GateSpecification(
                        rules, false, policy.gate().limitedRuns(), policy.gate().seed()),
                evaluated.checkpoint(),
                evaluated.scores(),
                Optional.of(evaluated.checkpoint()),
                baseline.scores());
        return outcome.verdict() == GateVerdict.REJECTED ? Optional.of(outcome) : Optional.empty();
    }

    /** Whether both have a rule's figure, rated by the same judge where anybody rated it. */
    private static boolean comparable(List<TaskScore> later, List<TaskScore> before, GateRule rule) {
        Optional<TaskScore> one = figure(later, rule);
        Optional<TaskScore> other = figure(before, rule);
        return one.isPresent()
                && other.isPresent()
                && one.get().judge().equals(other.get().judge());
    }

    private static Optional<TaskScore> figure(List<TaskScore> scores, GateRule rule) {
        return scores.stream()
                .filter(score ->
                        score.task().equals(rule.task()) && score.metric().equals(rule.metric()))
                .findFirst();
    }

    /** Whether a rule's task was asked on the data that the policy has for it; true where either does not say. */
    private static boolean onItsData(PolicyDefined policy, GateRule rule, CheckpointEvaluated evaluated) {
        Optional<String> asked =
                evaluated.data().map(data -> data.get(rule.task())).map(DatasetVersion::dataset);
        Set<String> own = data(policy.run().evaluation(), rule.task());
        return asked.isEmpty() || own.isEmpty() || own.contains(asked.get());
    }

    /** Names of the data that a policy asks a task on: the task's own, or the evaluation's. Figures of a person's own task have a name that only its file says, so each of those may be meant. */
    private static Set<String> data(EvaluationSpecification evaluation, String task) {
        Predicate<TaskSpecification> named = asked -> asked.name().equals(task);
        boolean known = evaluation.tasks().stream().anyMatch(named);
        Stream<String> own = evaluation.tasks().stream()
                .filter(known ? named : asked -> asked.task() == EvaluationTask.OWN)
                .flatMap(asked -> asked.options().flatMap(TaskOptions::dataset).stream());
        boolean shared = !known
                || evaluation.tasks().stream().filter(named).anyMatch(asked -> asked.options()
                        .flatMap(TaskOptions::dataset)
                        .isEmpty());
        return Stream.concat(own, shared ? evaluation.dataset().stream() : Stream.empty())
                .map(name -> new DatasetVersion(name).dataset())
                .collect(Collectors.toSet());
    }
}
