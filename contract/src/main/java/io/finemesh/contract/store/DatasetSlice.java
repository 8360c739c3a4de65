package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One slice: what one version added to a growing data set. It never changes.
 *
 * @param number the version that added it
 * @param training normalised training rows; absent when there are none
 * @param samples training rows
 * @param heldOut normalised held-out rows; absent when there are none
 * @param heldOutSamples held-out rows
 * @param quarantine rows that could not be taken, each with its reason, one JSON object a line; absent when there are none
 * @param quarantined rows that could not be taken, by reason
 * @param duplicates rows whose content the data set had already
 * @param removed ids of rows of older slices that this version no longer has
 * @param index ids of all rows of this slice, in the order in which they came; absent when there are none
 * @param characters characters of its training rows
 * @param estimatedTokens tokens of its training rows, estimated at four UTF-8 bytes each
 * @param lengths training rows by length: entry n counts those with a length in characters of 2^n up to, not including, 2^(n+1)
 * @param origin what it came from: {@code request}, {@code connector/NAME} or {@code quarantine}
 */
public record DatasetSlice(
        int number,
        Optional<BlobReference> training,
        long samples,
        Optional<BlobReference> heldOut,
        long heldOutSamples,
        Optional<BlobReference> quarantine,
        Map<String, Long> quarantined,
        long duplicates,
        List<String> removed,
        Optional<BlobReference> index,
        long characters,
        long estimatedTokens,
        List<Long> lengths,
        String origin) {
    public DatasetSlice {
        training = training == null ? Optional.empty() : training;
        heldOut = heldOut == null ? Optional.empty() : heldOut;
        quarantine = quarantine == null ? Optional.empty() : quarantine;
        quarantined = Collections.unmodifiableMap(new TreeMap<>(quarantined));
        removed = List.copyOf(removed);
        index = index == null ? Optional.empty() : index;
        lengths = List.copyOf(lengths);
        requireNonNull(origin, "origin is null");
    }
}
