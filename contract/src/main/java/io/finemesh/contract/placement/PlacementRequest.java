package io.finemesh.contract.placement;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.RunId;

/** What the lifecycle asks of placement. Owner: scheduler. */
public sealed interface PlacementRequest extends Message permits PlaceSegment, ReleaseLease {
    /** The run this is about; key of the record. */
    RunId runId();
}
