package io.finemesh.contract.training;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A trainer is there. Silence, or a new incarnation, ends its leases.
 *
 * @param trainer who
 * @param incarnation which life of it
 * @param sequence grows by one a heartbeat within an incarnation
 * @param condition what it is doing
 * @param device cpu, or the accelerator's name
 * @param blas linear-algebra library in use
 * @param memoryTotalBytes memory of the device
 * @param memoryBudgetBytes what runs may use of it
 * @param memoryUsedBytes native and heap memory in use
 * @param run run whose segment it has or, when it has none, whose newest result it uploads
 * @param epoch epoch of the lease of that segment
 * @param step optimizer step it is at
 * @param heldCheckpoints checkpoints whose weights it holds in memory
 */
public record TrainerHeartbeat(
        TrainerId trainer,
        TrainerIncarnation incarnation,
        long sequence,
        TrainerCondition condition,
        String device,
        String blas,
        long memoryTotalBytes,
        long memoryBudgetBytes,
        long memoryUsedBytes,
        Optional<RunId> run,
        OptionalLong epoch,
        OptionalLong step,
        List<CheckpointId> heldCheckpoints)
        implements Message {
    public TrainerHeartbeat {
        requireNonNull(trainer, "trainer is null");
        requireNonNull(incarnation, "incarnation is null");
        requireNonNull(condition, "condition is null");
        requireNonNull(device, "device is null");
        requireNonNull(blas, "blas is null");
        run = run == null ? Optional.empty() : run;
        epoch = epoch == null ? OptionalLong.empty() : epoch;
        step = step == null ? OptionalLong.empty() : step;
        heldCheckpoints = List.copyOf(heldCheckpoints);
    }
}
