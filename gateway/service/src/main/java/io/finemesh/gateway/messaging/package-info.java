/**
 * The gateway's side of Kafka. Out: {@link io.finemesh.gateway.messaging.CommandPublisher}. In: {@link
 * io.finemesh.gateway.messaging.TopicReader} reads every topic from its beginning, {@link
 * io.finemesh.gateway.messaging.RecordIntake} turns records into occurrences on the board, and what cannot be read goes to {@link
 * io.finemesh.gateway.messaging.DeadLetters}. {@link io.finemesh.gateway.messaging.KafkaClients} makes the clients.
 */
package io.finemesh.gateway.messaging;
