package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

/**
 * New data has other lengths than the data that was trained on: the population stability index over the length histogram of data set slices.
 *
 * @param name name within the policy
 * @param index index from which on it fires; 0.25 is usually called a major shift
 * @param fewestSamples new samples below which nothing is said
 */
public record DriftTrigger(String name, double index, long fewestSamples) implements TriggerSpecification {
    public DriftTrigger {
        requireNonNull(name, "name is null");
    }
}
