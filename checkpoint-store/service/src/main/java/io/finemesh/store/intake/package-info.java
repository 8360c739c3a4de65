/**
 * What to do about a segment's result, decided from values alone: {@link io.finemesh.store.intake.StagedEvidence} is what was found in
 * storage, {@link io.finemesh.store.intake.CommitRules} compares it with the parent and the claim, and its {@link
 * io.finemesh.store.intake.CommitDecision} is carried out by package {@code commit}. {@link io.finemesh.store.intake.RunLane} keeps the
 * results of one run in order.
 */
package io.finemesh.store.intake;
