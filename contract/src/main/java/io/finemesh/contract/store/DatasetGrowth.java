package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a growing data set is at one version: the slice that the version added, and the sums over all slices.
 *
 * @param heldOutFraction share of all rows whose content hash holds them out; fixed when the data set was created
 * @param slice what this version added or took away
 * @param heldOut list of the parts that are held out
 * @param heldOutSamples rows held out
 * @param characters characters of all training rows
 * @param estimatedTokens tokens of all training rows, estimated at four UTF-8 bytes each
 * @param connectors how far each connector has been read into this version
 */
public record DatasetGrowth(
        double heldOutFraction,
        DatasetSlice slice,
        BlobReference heldOut,
        long heldOutSamples,
        long characters,
        long estimatedTokens,
        List<ConnectorPosition> connectors) {
    public DatasetGrowth {
        requireNonNull(slice, "slice is null");
        requireNonNull(heldOut, "heldOut is null");
        connectors = List.copyOf(connectors);
    }
}
