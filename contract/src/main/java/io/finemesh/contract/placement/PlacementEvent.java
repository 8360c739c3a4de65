package io.finemesh.contract.placement;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.RunId;

/** What placement answers. Owner: scheduler. */
public sealed interface PlacementEvent extends Message permits LeaseGranted, LeaseLost, PlacementImpossible {
    /** The run this is about; key of the record. */
    RunId runId();
}
