package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * So much new data since the policy last trained.
 *
 * @param name name within the policy
 * @param samples new training samples; exactly one of this and tokens
 * @param tokens estimated tokens of new training samples
 */
public record VolumeTrigger(String name, OptionalLong samples, OptionalLong tokens) implements TriggerSpecification {
    public VolumeTrigger {
        requireNonNull(name, "name is null");
        samples = samples == null ? OptionalLong.empty() : samples;
        tokens = tokens == null ? OptionalLong.empty() : tokens;
    }
}
