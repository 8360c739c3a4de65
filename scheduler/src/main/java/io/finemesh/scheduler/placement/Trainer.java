package io.finemesh.scheduler.placement;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import java.time.Instant;
import java.util.Optional;

/**
 * A live trainer.
 *
 * @param heartbeat what it said last
 * @param heardAt when that was heard, by the scheduler's clock
 * @param former the life before this one, whose late heartbeats no longer count
 * @param strayingSince since when its heartbeats show a lease that it does not have
 */
public record Trainer(
        TrainerHeartbeat heartbeat,
        Instant heardAt,
        Optional<TrainerIncarnation> former,
        Optional<Instant> strayingSince) {
    public Trainer {
        requireNonNull(heartbeat, "heartbeat is null");
        requireNonNull(heardAt, "heardAt is null");
        former = former == null ? Optional.empty() : former;
        strayingSince = strayingSince == null ? Optional.empty() : strayingSince;
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
