package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.FireId;

/**
 * No run can be made of a firing, such as when its model is gone: the firing counts as ended. A duplicate says the same again.
 *
 * @param policy the policy; key of the record
 * @param fireId the firing
 * @param failure why
 */
public record RefuseFire(String policy, FireId fireId, Failure failure) implements TriggerCommand {
    public RefuseFire {
        requireNonNull(policy, "policy is null");
        requireNonNull(fireId, "fireId is null");
        requireNonNull(failure, "failure is null");
    }
}
