package io.finemesh.trainer.lease;

import io.finemesh.contract.id.RunId;

/** What the device thread is told. */
public sealed interface DeviceMessage {

    /**
     * Execute a segment.
     *
     * @param assignment the segment
     */
    record Execute(Assignment assignment) implements DeviceMessage {}

    /**
     * Let go of what is held in memory for a run, unless a newer lease of it came meanwhile.
     *
     * @param run the run
     * @param epoch leases up to this one have ended
     */
    record Stop(RunId run, long epoch) implements DeviceMessage {}

    /** Leave; nothing comes after it. */
    record Drain() implements DeviceMessage {}
}
