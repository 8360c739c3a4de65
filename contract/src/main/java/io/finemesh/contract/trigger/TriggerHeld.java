package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A policy would fire and may not yet. Said once for each reason, not for each event; what is held back is not lost. A duplicate says the same again.
 *
 * @param policy the policy
 * @param revision revision of the policy
 * @param reason which limit
 * @param until when the limit allows it again, where time alone decides
 * @param why what would have fired
 * @param sentence all of it for people
 */
public record TriggerHeld(
        String policy, long revision, HoldReason reason, Optional<Instant> until, FireReason why, String sentence)
        implements TriggerEvent {
    public TriggerHeld {
        requireNonNull(policy, "policy is null");
        requireNonNull(reason, "reason is null");
        until = until == null ? Optional.empty() : until;
        requireNonNull(why, "why is null");
        requireNonNull(sentence, "sentence is null");
    }
}
