package io.finemesh.checkpoint.cache;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a cache lives and how it behaves.
 *
 * @param directory root; objects are at {@code sha256/<first two digits>/<digest>} in it
 * @param capacityBytes all objects together stay at or below this
 * @param attempts how often a download is tried before its failure is reported, at least 1
 * @param retryDelay pause before the second attempt; doubled before each further one
 * @param verifyExisting read an object that an earlier process left once more before its first use, instead of trusting name and size
 */
public record CacheSettings(
        Path directory, long capacityBytes, int attempts, Duration retryDelay, boolean verifyExisting) {
    private static final int DEFAULT_ATTEMPTS = 3;
    private static final Duration DEFAULT_RETRY_DELAY = Duration.ofMillis(200);

    public CacheSettings {
        if (capacityBytes <= 0) {
            throw new IllegalArgumentException("capacityBytes is " + capacityBytes + ", allowed: 1 and more");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts is " + attempts + ", allowed: 1 and more");
        }
        if (retryDelay.isNegative()) {
            throw new IllegalArgumentException("retryDelay is " + retryDelay + ", allowed: 0 and more");
        }
    }

    /** Three attempts, 200 ms and 400 ms apart, and existing objects are trusted by name and size. */
    public static CacheSettings of(Path directory, long capacityBytes) {
        return new CacheSettings(directory, capacityBytes, DEFAULT_ATTEMPTS, DEFAULT_RETRY_DELAY, false);
    }
}
