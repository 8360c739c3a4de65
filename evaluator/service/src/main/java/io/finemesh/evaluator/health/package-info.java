/**
 * Whether the evaluator can work: {@link io.finemesh.evaluator.health.DeskOpen}, {@link
 * io.finemesh.evaluator.health.StoreReachable}.
 */
package io.finemesh.evaluator.health;
