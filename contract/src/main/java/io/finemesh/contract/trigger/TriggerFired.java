package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.id.FireId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * A policy fires: the gateway submits its run. A duplicate is the same run.
 *
 * @param fireId identity
 * @param policy the policy
 * @param revision revision of the policy that fired
 * @param runId the run it leads to, named after the firing
 * @param why the exact slices and figures
 * @param baseCheckpoint where the run starts: the checkpoint that held the alias; absent when nothing held it yet, and then the run starts from the model
 * @param datasetVersion what it trains on
 * @param heldOutVersion what it is evaluated on when the policy names nothing else; absent when nothing is held out
 * @param dryRun whether the firing is only said and no run is to be made
 */
public record TriggerFired(
        FireId fireId,
        String policy,
        long revision,
        RunId runId,
        FireReason why,
        Optional<CheckpointId> baseCheckpoint,
        DatasetVersion datasetVersion,
        Optional<DatasetVersion> heldOutVersion,
        boolean dryRun)
        implements TriggerEvent {
    public TriggerFired {
        requireNonNull(fireId, "fireId is null");
        requireNonNull(policy, "policy is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(why, "why is null");
        baseCheckpoint = baseCheckpoint == null ? Optional.empty() : baseCheckpoint;
        requireNonNull(datasetVersion, "datasetVersion is null");
        heldOutVersion = heldOutVersion == null ? Optional.empty() : heldOutVersion;
    }
}
