package io.finemesh.contract.connector;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Records of a topic are rows of a data set, from the topic's beginning on. A duplicate says the same again.
 *
 * @param name its name
 * @param revision grows by one with every change
 * @param topic topic that is read; none of the mesh's own
 * @param dataset growing data set that the rows go to
 * @param heldOutFraction share of rows held out when this connector is the one that creates the data set
 * @param mapping field of a row to the field of the record's JSON it is taken from, dots going into objects; empty when records are rows as they are
 */
public record ConnectorDefined(
        String name, long revision, String topic, String dataset, double heldOutFraction, Map<String, String> mapping)
        implements ConnectorEvent {
    public ConnectorDefined {
        requireNonNull(name, "name is null");
        requireNonNull(topic, "topic is null");
        requireNonNull(dataset, "dataset is null");
        mapping = Collections.unmodifiableMap(new TreeMap<>(mapping));
    }
}
