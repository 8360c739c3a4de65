package io.finemesh.store.connector;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How connectors read.
 *
 * @param batchRecords records of one slice at most
 * @param batchBytes bytes of one slice's records from which on it is committed
 * @param linger how long the first record of a slice waits for others
 * @param pause rest after a failure, and between looks for new partitions
 */
public record ConnectorLimits(int batchRecords, long batchBytes, Duration linger, Duration pause) {
    public ConnectorLimits {
        requireNonNull(linger, "linger is null");
        requireNonNull(pause, "pause is null");
    }
}
