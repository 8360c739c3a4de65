package io.finemesh.contract.connector;

import static java.util.Objects.requireNonNull;

/**
 * The topic is no longer read; what it gave stays. A duplicate says the same again.
 *
 * @param name the connector
 * @param revision its last revision and one
 */
public record ConnectorWithdrawn(String name, long revision) implements ConnectorEvent {
    public ConnectorWithdrawn {
        requireNonNull(name, "name is null");
    }
}
