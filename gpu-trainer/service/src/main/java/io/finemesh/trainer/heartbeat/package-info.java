/**
 * Signs of life: {@link io.finemesh.trainer.heartbeat.Vitals} says how the trainer is, the {@link io.finemesh.trainer.heartbeat.Heart} beats
 * through a {@link io.finemesh.trainer.heartbeat.HeartbeatSink}.
 */
package io.finemesh.trainer.heartbeat;
