package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;

/**
 * A block became the active one: 32-bit master and fresh moments exist.
 *
 * @param runId the run
 * @param segmentIndex position of the segment in the run
 * @param epoch lease epoch under which this was said
 * @param block the block
 * @param parameters number of parameters in it
 */
public record BlockActivated(RunId runId, int segmentIndex, long epoch, String block, long parameters)
        implements TrainingEvent {
    public BlockActivated {
        requireNonNull(runId, "runId is null");
        requireNonNull(block, "block is null");
    }
}
