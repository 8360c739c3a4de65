package io.finemesh.contract.trigger;

import io.finemesh.contract.Message;

/** What became of the triggers of a policy. Owner: scheduler. */
public sealed interface TriggerEvent extends Message permits TriggerFired, TriggerHeld {
    /** The policy; key of the record. */
    String policy();
}
