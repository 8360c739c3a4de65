/** Connectors: a Kafka topic of somebody else whose records become rows of a growing data set, as {@link io.finemesh.contract.connector.ConnectorDefined} says. */
package io.finemesh.contract.connector;
