package io.finemesh.gateway.view;

import io.finemesh.contract.checkpoint.CheckpointCommitted;
import java.time.Instant;
import java.util.Optional;

/**
 * A checkpoint of a run.
 *
 * @param committed what the store said
 * @param at when it said so
 * @param block block that was trained, where the method works in blocks
 */
public record CommittedCheckpoint(CheckpointCommitted committed, Instant at, Optional<String> block) {}
