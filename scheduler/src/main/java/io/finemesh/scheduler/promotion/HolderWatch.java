package io.finemesh.scheduler.promotion;

import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.policy.GateRule;
import io.finemesh.contract.policy.GateSpecification;
import io.finemesh.contract.policy.PairedRule;
import io.finemesh.contract.policy.PolicyDefined;
import io.finemesh.contract.registry.CheckpointEvaluated;
import io.finemesh.contract.registry.GateVerdict;
import java.util.List;
import java.util.Optional;

/** Holds a later evaluation of an alias's holder against what the holder scored when it took the alias. */
final class HolderWatch {
    private HolderWatch() {}

    /**
     * How the holder fell behind: a threshold that it no longer passes, or its own scores that it no longer reaches. Rules that the evaluation says nothing about are not
     * asked, nor those whose task was asked on other data than the policy's, whatever its version: harder questions make no model worse.
     *
     * @param baseline what the holder scored when it took the alias
     * @return empty when it did not
     */
    static Optional<PolicyGate.Outcome> regression(
            PolicyDefined policy, AliasState.Baseline baseline, CheckpointEvaluated evaluated) {
        List<GateRule> rules = policy.gate().rules().stream()
                .filter(rule -> !(rule instanceof PairedRule))
                .filter(rule -> names(evaluated.scores(), rule) && names(baseline.scores(), rule))
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

    private static boolean names(List<TaskScore> scores, GateRule rule) {
        return scores.stream()
                .anyMatch(score ->
                        score.task().equals(rule.task()) && score.metric().equals(rule.metric()));
    }

    /** Whether a rule's task was asked on the data that the policy has for it; true where either does not say. */
    private static boolean onItsData(PolicyDefined policy, GateRule rule, CheckpointEvaluated evaluated) {
        Optional<String> asked =
                evaluated.data().map(data -> data.get(rule.task())).map(DatasetVersion::dataset);
        Optional<String> own = policy.run().evaluation().dataset().map(name -> new DatasetVersion(name).dataset());
        return asked.isEmpty() || own.isEmpty() || asked.equals(own);
    }
}
