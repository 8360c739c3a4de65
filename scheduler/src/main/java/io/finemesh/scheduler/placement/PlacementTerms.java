package io.finemesh.scheduler.placement;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long who waits.
 *
 * @param preference a run keeps its trainer from segment to segment until another one that fits has waited longer than this
 * @param impossibleAfter a request that no trainer heard of lately could hold is refused after this time, so that trainers that start together with the
 *     scheduler are heard first
 */
public record PlacementTerms(Duration preference, Duration impossibleAfter) {
    public PlacementTerms {
        requireNonNull(preference, "preference is null");
        requireNonNull(impossibleAfter, "impossibleAfter is null");
        if (preference.isNegative() || impossibleAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "waiting times are not negative, got " + preference + " and " + impossibleAfter);
        }
    }
}
