package io.finemesh.scheduler.placement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.scheduler.lease.Origin;
import java.time.Instant;
import java.util.Optional;

/**
 * A request that has no trainer yet.
 *
 * @param epoch epoch the lease will have
 * @param work what is to be placed
 * @param bond the only trainer, in the only life, that can go on: the base checkpoint is in its memory and nowhere else
 * @param origin the request itself
 * @param since when it came
 * @param number place in the queue; smaller came earlier
 */
public record WaitingRequest(
        long epoch, SegmentWork work, Optional<Bond> bond, Origin origin, Instant since, long number) {
    private static final long FIRST_EPOCH = 1;

    /** One life of one trainer. */
    public record Bond(TrainerId trainer, TrainerIncarnation incarnation) {
        public Bond {
            requireNonNull(trainer, "trainer is null");
            requireNonNull(incarnation, "incarnation is null");
        }
    }

    public WaitingRequest {
        requireNonNull(work, "work is null");
        bond = bond == null ? Optional.empty() : bond;
        requireNonNull(origin, "origin is null");
        requireNonNull(since, "since is null");
    }

    RunId run() {
        return work.runId();
    }

    /** Whether a trainer had the run before: a run asks under a new epoch only after it got what it asked for under the one before. */
    boolean followsALease() {
        return epoch > FIRST_EPOCH;
    }

    /** Whether a trainer could ever hold it. */
    boolean fits(Trainer trainer) {
        return work.memoryBytes() <= trainer.budgetBytes();
    }

    boolean mayGoTo(Trainer trainer) {
        return fits(trainer)
                && bond.map(only -> only.trainer().equals(trainer.id())
                                && only.incarnation().equals(trainer.incarnation()))
                        .orElse(true);
    }

    /** Whether a trainer need not fetch the weights. */
    boolean isAtHomeWith(Trainer trainer) {
        return bond.isPresent() || trainer.holds(work.base());
    }
}
