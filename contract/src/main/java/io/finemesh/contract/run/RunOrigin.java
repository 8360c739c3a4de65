package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.FireId;

/**
 * Why there is a run that nobody asked for by hand.
 *
 * @param policy the policy that fired
 * @param fireId the firing, which says on which slice and figures
 */
public record RunOrigin(String policy, FireId fireId) {
    public RunOrigin {
        requireNonNull(policy, "policy is null");
        requireNonNull(fireId, "fireId is null");
    }
}
