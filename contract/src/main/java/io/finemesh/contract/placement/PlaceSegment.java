package io.finemesh.contract.placement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.training.SegmentWork;
import java.util.Optional;

/**
 * Find a trainer for a segment. A later one for the same run replaces an unanswered one.
 *
 * @param runId the run
 * @param epoch epoch the lease will have
 * @param work what is to be placed
 * @param preferred trainer that already holds the base checkpoint
 */
public record PlaceSegment(RunId runId, long epoch, SegmentWork work, Optional<TrainerId> preferred)
        implements PlacementRequest {
    public PlaceSegment {
        requireNonNull(runId, "runId is null");
        requireNonNull(work, "work is null");
        preferred = preferred == null ? Optional.empty() : preferred;
    }
}
