package io.finemesh.trainer.heartbeat;

import java.util.OptionalLong;

/**
 * How much of the device's memory runs may use.
 *
 * @param fixedBytes the amount, if one is set
 * @param fraction of the device's memory otherwise
 */
public record MemoryBudget(OptionalLong fixedBytes, double fraction) {
    /** The budget on a device with so much memory; never more than that. */
    public long bytes(long totalBytes) {
        return Math.min(totalBytes, fixedBytes.orElse((long) (totalBytes * fraction)));
    }
}
