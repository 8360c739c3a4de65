package io.finemesh.store.connector;

import org.apache.kafka.clients.consumer.Consumer;

/** Makes consumers for connectors; whoever asks for one closes it. */
@FunctionalInterface
public interface ConnectorClients {
    /** A consumer that belongs to no group, reads what is committed, and starts wherever it is told to. */
    Consumer<byte[], byte[]> open();
}
