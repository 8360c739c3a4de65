/**
 * Whether the process works ({@link io.finemesh.trainer.health.TrainerLiveness}) and whether it can be given work
 * ({@link io.finemesh.trainer.health.TrainerReadiness}, {@link io.finemesh.trainer.health.ChannelsHeld}).
 */
package io.finemesh.trainer.health;
