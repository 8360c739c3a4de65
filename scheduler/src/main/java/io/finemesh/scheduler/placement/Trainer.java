package io.finemesh.scheduler.placement;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A live trainer.
 *
 * @param heartbeat what it said last
 * @param heardAt when that was heard, by the scheduler's clock
 * @param former lives before this one, the newest last, whose late heartbeats no longer count
 * @param strayingSince since when its heartbeats show a lease that it does not have
 */
public record Trainer(
        TrainerHeartbeat heartbeat,
        Instant heardAt,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        List<TrainerIncarnation> former,

        Optional<Instant> strayingSince) {
    /** A process that was taken for dead may go on for as long as so many others come after it. */
    private static final int REMEMBERED_LIVES = 16;

    public Trainer {
        requireNonNull(heartbeat, "heartbeat is null");
        requireNonNull(heardAt, "heardAt is null");
        former = former == null ? List.of() : List.copyOf(former);
        strayingSince = strayingSince == null ? Optional.empty() : strayingSince;
    }

    /** A trainer that nobody heard of lately. */
    static Trainer first(TrainerHeartbeat heartbeat, Instant now) {
        return new Trainer(heartbeat, now, List.of(), Optional.empty());
    }

    /** Whether a heartbeat says nothing new: one of a former life, or one that was heard. */
    boolean isPast(TrainerHeartbeat later) {
        return former.contains(later.incarnation())
                || (incarnation().equals(later.incarnation()) && heartbeat.sequence() >= later.sequence());
    }

    /** The trainer after a heartbeat that is not past, in this life or the next. */
    Trainer after(TrainerHeartbeat later, Instant now) {
        if (incarnation().equals(later.incarnation())) {
            return new Trainer(later, now, former, strayingSince);
        }
        List<TrainerIncarnation> lives =
                Stream.concat(former.stream(), Stream.of(incarnation())).toList();
        int forgotten = Math.max(0, lives.size() - REMEMBERED_LIVES);
        return new Trainer(later, now, lives.subList(forgotten, lives.size()), Optional.empty());
    }

    TrainerId id() {
        return heartbeat.trainer();
    }

    TrainerIncarnation incarnation() {
        return heartbeat.incarnation();
    }

    boolean takesWork() {
        return heartbeat.condition() != TrainerCondition.DRAINING;
    }

    boolean holds(CheckpointId checkpoint) {
        return heartbeat.heldCheckpoints().contains(checkpoint);
    }

    long budgetBytes() {
        return heartbeat.memoryBudgetBytes();
    }

    Trainer straying(Optional<Instant> since) {
        return new Trainer(heartbeat, heardAt, former, since);
    }
}
