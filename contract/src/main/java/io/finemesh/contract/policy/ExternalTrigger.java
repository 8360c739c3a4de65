package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A CloudEvent from outside.
 *
 * @param name name within the policy
 * @param eventType its {@code type}
 * @param source its {@code source}; any if absent
 */
public record ExternalTrigger(String name, String eventType, Optional<String> source) implements TriggerSpecification {
    public ExternalTrigger {
        requireNonNull(name, "name is null");
        requireNonNull(eventType, "eventType is null");
        source = source == null ? Optional.empty() : source;
    }
}
