package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

/**
 * The policy is no more: it fires nothing, and its runs go on to their end. A duplicate says the same again.
 *
 * @param name the policy
 * @param revision its last revision and one
 */
public record PolicyWithdrawn(String name, long revision) implements PolicyEvent {
    public PolicyWithdrawn {
        requireNonNull(name, "name is null");
    }
}
