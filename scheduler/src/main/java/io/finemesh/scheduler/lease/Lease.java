package io.finemesh.scheduler.lease;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.training.SegmentWork;
import java.time.Instant;
import java.util.Optional;

/**
 * A segment in one trainer's hands.
 *
 * @param epoch tells leases of one run apart and grows
 * @param trainer who has it
 * @param incarnation which life of the trainer; the lease ends with it
 * @param work what it is for
 * @param origin the request it answers
 * @param askedAt when the trainer was told, the last time
 * @param repeats how often it was told again
 * @param confirmed the trainer's heartbeats have shown that it took the segment up
 * @param unseenSince since when heartbeats no longer show a lease that was confirmed
 */
public record Lease(
        long epoch,
        TrainerId trainer,
        TrainerIncarnation incarnation,
        SegmentWork work,
        Origin origin,
        Instant askedAt,
        int repeats,
        boolean confirmed,
        Optional<Instant> unseenSince) {
    public Lease {
        requireNonNull(trainer, "trainer is null");
        requireNonNull(incarnation, "incarnation is null");
        requireNonNull(work, "work is null");
        requireNonNull(origin, "origin is null");
        requireNonNull(askedAt, "askedAt is null");
        unseenSince = unseenSince == null ? Optional.empty() : unseenSince;
    }

    public static Lease granted(
            long epoch,
            TrainerId trainer,
            TrainerIncarnation incarnation,
            SegmentWork work,
            Origin origin,
            Instant now) {
        return new Lease(epoch, trainer, incarnation, work, origin, now, 0, false, Optional.empty());
    }

    public RunId run() {
        return work.runId();
    }

    public Lease asConfirmed() {
        return new Lease(epoch, trainer, incarnation, work, origin, askedAt, repeats, true, Optional.empty());
    }

    public Lease unseen(Instant since) {
        return new Lease(epoch, trainer, incarnation, work, origin, askedAt, repeats, confirmed, Optional.of(since));
    }

    public Lease repeated(Instant now) {
        return new Lease(epoch, trainer, incarnation, work, origin, now, repeats + 1, confirmed, unseenSince);
    }
}
