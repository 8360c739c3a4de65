package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a connector has been read. Offsets stand in the version that holds the rows, so that no row is read twice or not at all.
 *
 * @param connector its name
 * @param topic the topic
 * @param offsets next offset by partition
 */
public record ConnectorPosition(String connector, String topic, Map<String, Long> offsets) {
    public ConnectorPosition {
        requireNonNull(connector, "connector is null");
        requireNonNull(topic, "topic is null");
        offsets = Collections.unmodifiableMap(new TreeMap<>(offsets));
    }
}
