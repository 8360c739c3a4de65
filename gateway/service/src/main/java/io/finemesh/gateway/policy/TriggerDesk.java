package io.finemesh.gateway.policy;

import io.finemesh.contract.trigger.FirePolicy;
import io.finemesh.contract.trigger.ReportOutsideEvent;
import io.finemesh.contract.wire.Topics;
import jakarta.enterprise.context.ApplicationScoped;

/** Passes on to the triggers what people and the outside say. */
@ApplicationScoped
public class TriggerDesk {
    private final PolicyDesk policies;
    private final DefinitionPublisher publisher;

    /** Wires what requests need. */
    public TriggerDesk(PolicyDesk policies, DefinitionPublisher publisher) {
        this.policies = policies;
        this.publisher = publisher;
    }

    /**
     * Asks for a firing.
     *
     * @return identity of the request
     */
    public String fire(String policy, boolean dryRun, String reason) {
        policies.policy(policy);
        String request = publisher.identity().value();
        publisher.say(Topics.TRIGGER_COMMANDS, policy, new FirePolicy(policy, request, dryRun, reason));
        return request;
    }

    /** Reports an outside event. */
    public void report(ReportOutsideEvent event) {
        publisher.say(Topics.TRIGGER_COMMANDS, event.eventType(), event);
    }
}
