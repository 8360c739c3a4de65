/**
 * Whether the evaluator can work: {@link io.finemesh.evaluator.health.DeskOpen}, {@link
 * io.finemesh.evaluator.health.StoreReachable}, {@link io.finemesh.evaluator.health.ChannelsHeld}.
 */
package io.finemesh.evaluator.health;
