package io.finemesh.gateway.view;

import io.finemesh.contract.run.SegmentRetried;
import java.time.Instant;

/**
 * A segment that was given out again.
 *
 * @param retried what the scheduler said
 * @param at when it said so
 */
public record Retry(SegmentRetried retried, Instant at) {}
