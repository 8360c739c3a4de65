package io.finemesh.scheduler.simulation;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentFailed;
import io.finemesh.contract.training.SegmentStarted;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.contract.training.StopSegment;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.training.TrainingEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A trainer as its contract describes it, without the arithmetic. */
final class SimulatedTrainer {
    private final TrainerId id;
    private final Consumer<TrainingEvent> says;
    private final Predicate<CheckpointId> committed;

    private int life = 1;
    private long sequence;
    private Optional<TrainSegment> executing = Optional.empty();
    private boolean started;
    private final Deque<TrainSegment> mailbox = new ArrayDeque<>();
    private final Deque<TrainSegment> uploads = new ArrayDeque<>();
    private final Map<RunId, Long> newestEpochs = new HashMap<>();
    private final Set<CheckpointId> held = new LinkedHashSet<>();

    SimulatedTrainer(String id, Consumer<TrainingEvent> says, Predicate<CheckpointId> committed) {
        this.id = new TrainerId(id);
        this.says = says;
        this.committed = committed;
    }

    TrainerId id() {
        return id;
    }

    TrainerHeartbeat beat() {
        Optional<TrainSegment> lease = executing.or(() -> Optional.ofNullable(mailbox.peek()));
        Optional<TrainSegment> shown = lease.or(() -> Optional.ofNullable(uploads.peekLast()));
        return new TrainerHeartbeat(
                id,
                incarnation(),
                ++sequence,
                lease.isPresent() ? TrainerCondition.TRAINING : TrainerCondition.IDLE,
                "cpu",
                "none",
                1L << 40,
                1L << 40,
                0,
                shown.map(command -> command.work().runId()),
                shown.isPresent() ? OptionalLong.of(shown.get().epoch()) : OptionalLong.empty(),
                OptionalLong.empty(),
                new ArrayList<>(held));
    }

    void read(Message command) {
        switch (command) {
            case TrainSegment train -> accept(train);
            case StopSegment stop -> {
                Predicate<TrainSegment> stopped =
                        lease -> lease.work().runId().equals(stop.runId()) && lease.epoch() <= stop.epoch();
                mailbox.removeIf(stopped);
                uploads.removeIf(stopped);
                executing = executing.filter(stopped.negate());
                newestEpochs.merge(stop.runId(), stop.epoch(), Math::max);
            }
            default -> throw new IllegalArgumentException(command.toString());
        }
    }

    private void accept(TrainSegment train) {
        RunId run = train.work().runId();
        if (!train.incarnation().equals(incarnation()) || train.epoch() <= newestEpochs.getOrDefault(run, 0L)) {
            return;
        }
        newestEpochs.put(run, train.epoch());
        mailbox.removeIf(lease -> lease.work().runId().equals(run));
        executing = executing.filter(lease -> !lease.work().runId().equals(run));
        mailbox.add(train);
    }

    boolean canCompute() {
        return executing.isPresent() || !mailbox.isEmpty();
    }

    boolean canUpload() {
        return !uploads.isEmpty();
    }

    /** Begins the next segment, or ends the one in hand. */
    void compute(boolean fails) {
        if (executing.isEmpty()) {
            executing = Optional.of(mailbox.remove());
            started = false;
        }
        TrainSegment lease = executing.get();
        if (fails) {
            executing = Optional.empty();
            says.accept(failed(lease, FailureCode.INTERNAL));
        } else if (!started) {
            CheckpointId base = lease.work().base();
            if (held.contains(base) || committed.test(base)) {
                started = true;
                says.accept(new SegmentStarted(run(lease), index(lease), lease.epoch(), id, "", Optional.empty()));
            } else {
                // Only after this trainer has said that the base's upload failed, or was told to drop it: nobody may
                // listen to this any more, so
                // it is a failure that would end the run.
                executing = Optional.empty();
                says.accept(failed(lease, FailureCode.MODEL_NOT_USABLE));
            }
        } else {
            executing = Optional.empty();
            held.add(result(lease.work()));
            uploads.add(lease);
            says.accept(new SegmentTrained(
                    run(lease),
                    index(lease),
                    lease.epoch(),
                    id,
                    result(lease.work()),
                    lastStep(lease),
                    0.1,
                    "",
                    norm(result(lease.work()))));
        }
    }

    void upload(boolean fails) {
        TrainSegment lease = uploads.remove();
        if (fails) {
            says.accept(failed(lease, FailureCode.STORE_UNREACHABLE));
            giveUpBuiltOn(result(lease.work()));
            return;
        }
        says.accept(new SegmentEnded(
                run(lease),
                index(lease),
                lease.epoch(),
                id,
                result(lease.work()),
                lease.work().base(),
                lastStep(lease),
                List.of(),
                "{}",
                List.of(),
                new BlobReference(new BlobDigest("d".repeat(64)), 1)));
    }

    /**
     * What is built on a lost result is given up with it, as the trainer's contract says. A segment that was trained again has its result among the
     * uploads twice; what comes after the second one stands on that one.
     */
    private void giveUpBuiltOn(CheckpointId first) {
        Set<CheckpointId> lost = new LinkedHashSet<>(Set.of(first));
        Set<CheckpointId> coming = new HashSet<>();
        List<TrainSegment> orphans = new ArrayList<>();
        for (TrainSegment upload : List.copyOf(uploads)) {
            CheckpointId base = upload.work().base();
            if (lost.contains(base) && !coming.contains(base)) {
                lost.add(result(upload.work()));
                uploads.remove(upload);
                orphans.add(upload);
            } else {
                coming.add(result(upload.work()));
            }
        }
        lost.removeAll(coming);
        held.removeAll(lost);
        Predicate<TrainSegment> orphaned = lease -> lost.contains(lease.work().base());
        executing.filter(orphaned).ifPresent(orphans::add);
        mailbox.stream().filter(orphaned).forEach(orphans::add);
        executing = executing.filter(orphaned.negate());
        mailbox.removeIf(orphaned);
        orphans.forEach(orphan -> says.accept(failed(orphan, FailureCode.STORE_UNREACHABLE)));
    }

    /** Dies and comes back with nothing. */
    void crash() {
        life++;
        sequence = 0;
        executing = Optional.empty();
        mailbox.clear();
        uploads.clear();
        newestEpochs.clear();
        held.clear();
    }

    static CheckpointId result(SegmentWork work) {
        return result(work.runId(), work.segment().index(), work.segment().block());
    }

    static CheckpointId result(RunId run, int index, Optional<String> block) {
        return new CheckpointId("ck-" + run + "-" + index + "-" + block.orElse("all"));
    }

    /** What is measured in a segment is as much a function of it as its weights; in one of seven every step is skipped. */
    static OptionalDouble norm(CheckpointId result) {
        int some = Math.floorMod(result.value().hashCode(), 7);
        return some == 0 ? OptionalDouble.empty() : OptionalDouble.of(some / 2.0);
    }

    private SegmentFailed failed(TrainSegment lease, FailureCode code) {
        return new SegmentFailed(run(lease), index(lease), lease.epoch(), id, new Failure(code, "simulated"));
    }

    private TrainerIncarnation incarnation() {
        return new TrainerIncarnation("life-" + life);
    }

    private static RunId run(TrainSegment lease) {
        return lease.work().runId();
    }

    private static int index(TrainSegment lease) {
        return lease.work().segment().index();
    }

    private static long lastStep(TrainSegment lease) {
        return lease.work().segment().firstStep() + lease.work().segment().steps() - 1;
    }

    @Override
    public String toString() {
        return id + " in " + incarnation() + " executing " + executing.map(TrainSegment::epoch) + ", waiting "
                + mailbox.size() + ", uploading " + uploads.size();
    }
}
