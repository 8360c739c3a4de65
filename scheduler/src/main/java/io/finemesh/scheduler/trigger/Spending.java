package io.finemesh.scheduler.trigger;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * What a run that ended has used.
 *
 * @param at when it ended
 * @param steps optimizer steps in its checkpoints
 * @param deviceMillis time of trainers on its segments, in milliseconds
 */
public record Spending(Instant at, long steps, long deviceMillis) {
    public Spending {
        requireNonNull(at, "at is null");
    }
}
