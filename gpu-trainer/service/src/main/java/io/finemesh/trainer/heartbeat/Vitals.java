package io.finemesh.trainer.heartbeat;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.engine.tensor.BackendReport;
import io.finemesh.engine.tensor.DeviceMemory;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.trainer.lease.Assignment;
import io.finemesh.trainer.lease.Mailbox;
import io.finemesh.trainer.result.HeldResults;
import io.finemesh.trainer.segment.Device;
import io.finemesh.trainer.segment.SegmentRunner;
import io.finemesh.trainer.upload.Uploader;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** How the trainer is, put together from its parts whenever somebody asks. */
public final class Vitals {
    private final TrainerId trainer;
    private final TrainerIncarnation incarnation;
    private final Device device;
    private final MemoryBudget budget;
    private final Mailbox mailbox;
    private final SegmentRunner runner;
    private final HeldResults held;
    private final Uploader uploader;

    public Vitals(
            TrainerId trainer,
            TrainerIncarnation incarnation,
            Device device,
            MemoryBudget budget,
            Mailbox mailbox,
            SegmentRunner runner,
            HeldResults held,
            Uploader uploader) {
        this.trainer = trainer;
        this.incarnation = incarnation;
        this.device = device;
        this.budget = budget;
        this.mailbox = mailbox;
        this.runner = runner;
        this.held = held;
        this.uploader = uploader;
    }

    /** A heartbeat, unless the device cannot be used, so that no work comes to a trainer that cannot do any. */
    Optional<TrainerHeartbeat> heartbeat(long sequence) {
        return device.report().filter(report -> runner.isAlive()).map(report -> heartbeat(sequence, report));
    }

    private TrainerHeartbeat heartbeat(long sequence, BackendReport report) {
        io.finemesh.engine.tensor.Device compute = report.compute();
        // Asked for before the uploads: a result is among those before its segment leaves the mailbox.
        Optional<Assignment> holder = mailbox.holder();
        Optional<TrainSegment> lease =
                holder.map(assignment -> assignment.command().body()).or(uploader::newest);
        return new TrainerHeartbeat(
                trainer,
                incarnation,
                sequence,
                condition(holder),
                switch (compute.kind()) {
                    case CPU -> compute.kind().name().toLowerCase(Locale.ROOT);
                    case CUDA -> compute.name();
                },
                report.blas(),
                compute.memoryBytes(),
                budget.bytes(compute.memoryBytes()),
                report.deviceMemory().map(DeviceMemory::allocatedBytes).orElseGet(() -> NativeMemory.now()
                        .residentBytes()),
                lease.map(command -> command.work().runId()),
                lease.map(command -> OptionalLong.of(command.epoch())).orElseGet(OptionalLong::empty),
                holder.map(Assignment::step).orElseGet(OptionalLong::empty),
                heldCheckpoints());
    }

    private TrainerCondition condition(Optional<Assignment> holder) {
        if (mailbox.isLeaving()) {
            return TrainerCondition.DRAINING;
        }
        return holder.isPresent() ? TrainerCondition.TRAINING : TrainerCondition.IDLE;
    }

    /** The one in native memory first, then results on the local disk. */
    private List<CheckpointId> heldCheckpoints() {
        Set<CheckpointId> checkpoints = new LinkedHashSet<>();
        runner.checkpoint().ifPresent(checkpoints::add);
        checkpoints.addAll(held.checkpoints().reversed());
        return List.copyOf(checkpoints);
    }
}
