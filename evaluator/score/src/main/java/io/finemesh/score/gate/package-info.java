/**
 * Decides by results whether a checkpoint may take a champion's place: a {@code GatePolicy} of {@code Rule}s is applied by {@code Gate} to the {@code Scoreboard}s of challenger and champion, with
 * {@code PairedComparison} on the samples that both answered, and gives a {@code GateDecision} with its evidence. Pure: the same input gives the same decision.
 */
package io.finemesh.score.gate;
