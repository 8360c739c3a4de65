package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

/**
 * A person asks for a firing now. Cool-down and enabled are not asked; concurrency and budget are. A duplicate by request id is ignored.
 *
 * @param policy the policy; key of the record
 * @param requestId identity of the request
 * @param dryRun whether it is only to be said what would be run
 * @param reason in the person's words
 */
public record FirePolicy(String policy, String requestId, boolean dryRun, String reason) implements TriggerCommand {
    public FirePolicy {
        requireNonNull(policy, "policy is null");
        requireNonNull(requestId, "requestId is null");
        requireNonNull(reason, "reason is null");
    }
}
