package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import java.util.Optional;

/**
 * An alias stands for another checkpoint from here on. A duplicate, told by revision, says the same again.
 *
 * @param model registry model
 * @param alias its alias, such as champion
 * @param revision grows by one with every move of the alias
 * @param from checkpoint that held it; absent for the first
 * @param to checkpoint that holds it now
 * @param reason why
 * @param by policy or person that wanted it
 * @param decision the gate's decision that it follows, where it follows one
 * @param sentence all of it for people
 */
public record AliasMoved(
        String model,
        String alias,
        long revision,
        Optional<CheckpointId> from,
        CheckpointId to,
        MoveReason reason,
        String by,
        Optional<EventId> decision,
        String sentence)
        implements RegistryEvent {
    public AliasMoved {
        requireNonNull(model, "model is null");
        requireNonNull(alias, "alias is null");
        from = from == null ? Optional.empty() : from;
        requireNonNull(to, "to is null");
        requireNonNull(reason, "reason is null");
        requireNonNull(by, "by is null");
        decision = decision == null ? Optional.empty() : decision;
        requireNonNull(sentence, "sentence is null");
    }
}
