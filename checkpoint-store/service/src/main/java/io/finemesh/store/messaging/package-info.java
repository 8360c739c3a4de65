/**
 * The edge to Kafka: {@link io.finemesh.store.messaging.TrainingEventListener} takes what trainers say, {@link
 * io.finemesh.store.messaging.RunEventListener} what the scheduler says of completed runs, both read by {@link
 * io.finemesh.store.messaging.RecordDecoder}; {@link io.finemesh.store.messaging.KafkaEventPublisher} sends what the store says.
 */
package io.finemesh.store.messaging;
