package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import java.util.Optional;

/**
 * Let an alias stand for a checkpoint, whatever a gate says. A duplicate by request id is ignored.
 *
 * @param model registry model
 * @param alias its alias; made if there is none
 * @param to the checkpoint; absent = the one that held the alias before
 * @param requestId identity of the request
 * @param by who wants it
 * @param reason why, for people
 */
public record MoveAlias(
        String model, String alias, Optional<CheckpointId> to, String requestId, String by, String reason)
        implements RegistryCommand {
    public MoveAlias {
        requireNonNull(model, "model is null");
        requireNonNull(alias, "alias is null");
        to = to == null ? Optional.empty() : to;
        requireNonNull(requestId, "requestId is null");
        requireNonNull(by, "by is null");
        requireNonNull(reason, "reason is null");
    }
}
