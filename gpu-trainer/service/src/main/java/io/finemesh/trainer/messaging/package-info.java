/**
 * The broker's edge: {@link io.finemesh.trainer.messaging.CommandListener} takes commands,
 * {@link io.finemesh.trainer.messaging.KafkaPublisher} sends what the trainer says.
 */
package io.finemesh.trainer.messaging;
