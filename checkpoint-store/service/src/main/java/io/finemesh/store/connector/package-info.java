/**
 * Kafka topics of others that become rows: {@link io.finemesh.store.connector.ConnectorDesk} runs a {@link io.finemesh.store.connector.ConnectorReading} for each
 * connector, which turns records into rows by {@link io.finemesh.store.connector.RecordMapping} and commits them together with how far it has read.
 */
package io.finemesh.store.connector;
