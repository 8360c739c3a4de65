/**
 * From a segment's result to a committed checkpoint: {@link io.finemesh.store.commit.EvidenceCollector} reads and verifies what was
 * staged, {@link io.finemesh.store.commit.SegmentCommit} carries out one attempt in an order that a crash cannot tear, {@link
 * io.finemesh.store.commit.CommitQueue} repeats attempts until the result is committed or refused and the mesh was told.
 */
package io.finemesh.store.commit;
