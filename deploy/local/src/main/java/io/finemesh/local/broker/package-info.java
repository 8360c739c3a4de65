/**
 * A real Kafka broker in this JVM, holding the mesh's topics: {@link io.finemesh.local.broker.BrokerSettings} says how a
 * single small node is configured, {@link io.finemesh.local.broker.EmbeddedBroker} formats, starts and stops it,
 * {@link io.finemesh.local.broker.BrokerExit} catches its attempts to end the process, and
 * {@link io.finemesh.local.broker.TopicCatalogue} creates the topics of the contract.
 */
package io.finemesh.local.broker;
