/**
 * The Kafka Streams shell around the decisions: {@link io.finemesh.scheduler.messaging.SchedulerTopology} wires topics to the {@link
 * io.finemesh.scheduler.messaging.LifecycleShell} the {@link io.finemesh.scheduler.messaging.PlacementShell} and the {@link io.finemesh.scheduler.messaging.TriggerShell}, which the {@link
 * io.finemesh.scheduler.messaging.TriggerRelay} tells of runs; {@link
 * io.finemesh.scheduler.messaging.DeadLetters} keeps what they cannot read or decide, and {@link
 * io.finemesh.scheduler.messaging.StreamsRuntime} starts, restarts and stops it all while {@code KafkaWatch} looks whether Kafka is there.
 */
package io.finemesh.scheduler.messaging;
