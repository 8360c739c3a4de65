package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;

/**
 * A person says no to a challenger that waits for approval. Ignored when it does not wait; a duplicate changes nothing.
 *
 * @param model registry model
 * @param alias alias that is at stake
 * @param challenger the checkpoint that waits
 * @param by who says so
 * @param reason why, for people
 */
public record RejectPromotion(String model, String alias, CheckpointId challenger, String by, String reason)
        implements RegistryCommand {
    public RejectPromotion {
        requireNonNull(model, "model is null");
        requireNonNull(alias, "alias is null");
        requireNonNull(challenger, "challenger is null");
        requireNonNull(by, "by is null");
        requireNonNull(reason, "reason is null");
    }
}
