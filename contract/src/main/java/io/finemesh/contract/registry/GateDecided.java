package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.List;
import java.util.Optional;

/**
 * A gate decided, with all that is needed to explain it. A duplicate by event id says the same again.
 *
 * @param model registry model
 * @param alias alias that is at stake
 * @param policy policy whose gate it is
 * @param revision revision of the policy
 * @param runId run that made the challenger; absent where the holder itself is judged
 * @param challenger checkpoint that was judged
 * @param champion checkpoint that holds the alias; absent when none does
 * @param verdict the decision
 * @param evidence how each rule came out; empty where the policy could not be applied
 * @param faults why the policy could not be applied, for people
 * @param evaluations evaluations that it stands on
 * @param sentence all of it for people
 */
public record GateDecided(
        String model,
        String alias,
        String policy,
        long revision,
        Optional<RunId> runId,
        CheckpointId challenger,
        Optional<CheckpointId> champion,
        GateVerdict verdict,
        List<GateEvidence> evidence,
        List<String> faults,
        List<EvaluationId> evaluations,
        String sentence)
        implements RegistryEvent {
    public GateDecided {
        requireNonNull(model, "model is null");
        requireNonNull(alias, "alias is null");
        requireNonNull(policy, "policy is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(challenger, "challenger is null");
        champion = champion == null ? Optional.empty() : champion;
        requireNonNull(verdict, "verdict is null");
        evidence = List.copyOf(evidence);
        faults = List.copyOf(faults);
        evaluations = List.copyOf(evaluations);
        requireNonNull(sentence, "sentence is null");
    }
}
