package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SegmentAssignment;
import java.util.Optional;

/**
 * Everything a trainer needs to execute a segment, besides the lease.
 *
 * @param runId the run
 * @param segment which steps and which block
 * @param base checkpoint it starts from: committed, or just trained by the same trainer
 * @param specification frozen specification
 * @param dataset what it trains on
 * @param totalSteps optimizer steps of the whole run, for the learning-rate schedule
 * @param memoryBytes what the plan says it needs
 * @param previousSegmentTraceparent W3C trace context of the segment before, to be linked
 */
public record SegmentWork(
        RunId runId,
        SegmentAssignment segment,
        CheckpointId base,
        RunSpecification specification,
        ResolvedDataset dataset,
        long totalSteps,
        long memoryBytes,
        Optional<String> previousSegmentTraceparent) {
    public SegmentWork {
        requireNonNull(runId, "runId is null");
        requireNonNull(segment, "segment is null");
        requireNonNull(base, "base is null");
        requireNonNull(specification, "specification is null");
        requireNonNull(dataset, "dataset is null");
        previousSegmentTraceparent = previousSegmentTraceparent == null ? Optional.empty() : previousSegmentTraceparent;
    }
}
