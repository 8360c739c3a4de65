package io.finemesh.scheduler.lease;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;

/**
 * When a lease ends by itself.
 *
 * @param silence a trainer that was not heard of for longer is gone, and its leases with it
 * @param confirmation a trainer whose heartbeats do not show a granted lease for longer is told again, and one whose heartbeats have shown it and
 *     then do not for longer has lost it: whatever it said about the end of the segment did not arrive
 * @param repeats a trainer that was told this often again, and still does not show the lease, loses it
 */
public record LeaseTerms(Duration silence, Duration confirmation, int repeats) {
    public LeaseTerms {
        requireNonNull(silence, "silence is null");
        requireNonNull(confirmation, "confirmation is null");
        if (!silence.isPositive() || !confirmation.isPositive() || repeats < 0) {
            throw new IllegalArgumentException("silence and confirmation are above zero and repeats 0 or more, got "
                    + silence + ", " + confirmation + " and " + repeats);
        }
    }

    /** What is to be done about a lease. */
    public enum Verdict {
        /** Nothing. */
        STANDS,
        /** The trainer is told once more. */
        REPEAT,
        /** The trainer does not take it up. */
        LOST
    }

    /**
     * What is to be done about a lease.
     *
     * @param heardAt when its trainer was heard last; only what it says can show that it does not have the lease
     */
    public Verdict judge(Lease lease, Instant heardAt) {
        if (lease.confirmed() || !heardAt.isAfter(lease.askedAt().plus(confirmation))) {
            return Verdict.STANDS;
        }
        return lease.repeats() < repeats ? Verdict.REPEAT : Verdict.LOST;
    }

    /**
     * Whether a lease that was taken up has ended without a word.
     *
     * @param unseenSince since when its trainer's heartbeats show neither the segment nor the upload of its result
     */
    public boolean dropped(Instant unseenSince, Instant now) {
        return now.isAfter(unseenSince.plus(confirmation));
    }

    /**
     * Whether a trainer counts as gone.
     *
     * @param heardAt when it was heard last
     * @param listeningSince since when anybody could have been heard without interruption; before that, silence means nothing
     */
    public boolean silent(Instant heardAt, Instant listeningSince, Instant now) {
        Instant since = heardAt.isAfter(listeningSince) ? heardAt : listeningSince;
        return now.isAfter(since.plus(silence));
    }
}
