package io.finemesh.scheduler.placement;

import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.scheduler.lease.Lease;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything placement knows. A run has a lease, or a request that waits, or neither; a trainer has one lease or none.
 *
 * @param trainers live trainers
 * @param leases by run
 * @param waiting by run
 * @param closed newest epoch of a run that is over: its requests and leases are answered, lost or released
 * @param departed trainers that fell silent lately and may come back
 */
public record PlacementBoard(
        Map<TrainerId, Trainer> trainers,
        Map<RunId, Lease> leases,
        Map<RunId, WaitingRequest> waiting,
        Map<RunId, Closed> closed,
        Map<TrainerId, Departed> departed) {
    public static final PlacementBoard EMPTY = new PlacementBoard(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    /**
     * The newest epoch of a run that is over.
     *
     * @param epoch what is asked under it or an older one is a repetition
     * @param at when it ended
     */
    public record Closed(long epoch, Instant at) {}

    /**
     * What is remembered of a trainer that is gone.
     *
     * @param budgetBytes what runs might use of it
     * @param at when it was given up
     * @param trainer what was heard of it, so that nothing it said before then is taken for its return
     */
    public record Departed(long budgetBytes, Instant at, Optional<Trainer> trainer) {
        public Departed {
            trainer = trainer == null ? Optional.empty() : trainer;
        }
    }

    public PlacementBoard {
        trainers = Collections.unmodifiableMap(new LinkedHashMap<>(trainers));
        leases = Collections.unmodifiableMap(new LinkedHashMap<>(leases));
        waiting = Collections.unmodifiableMap(new LinkedHashMap<>(waiting));
        closed = Collections.unmodifiableMap(new LinkedHashMap<>(closed));
        departed = Collections.unmodifiableMap(new LinkedHashMap<>(departed));
    }

    PlacementBoard with(Trainer trainer) {
        return new PlacementBoard(
                plus(trainers, trainer.id(), trainer), leases, waiting, closed, minus(departed, trainer.id()));
    }

    PlacementBoard without(Trainer trainer, Instant now) {
        return new PlacementBoard(
                minus(trainers, trainer.id()),
                leases,
                waiting,
                closed,
                plus(
                        departed,
                        trainer.id(),
                        new Departed(trainer.budgetBytes(), now, Optional.of(trainer.straying(Optional.empty())))));
    }

    /** Queues a request; what the run had before is over. */
    PlacementBoard with(WaitingRequest request) {
        return new PlacementBoard(
                trainers, minus(leases, request.run()), plus(waiting, request.run(), request), closed, departed);
    }

    /** Gives a lease to a run, whose request is answered. */
    PlacementBoard with(Lease lease) {
        return new PlacementBoard(
                trainers, plus(leases, lease.run(), lease), minus(waiting, lease.run()), closed, departed);
    }

    /** Ends whatever a run has. */
    PlacementBoard close(RunId run, long epoch, Instant now) {
        Closed before = closed.get(run);
        long newest = before == null ? epoch : Math.max(before.epoch(), epoch);
        return new PlacementBoard(
                trainers,
                minus(leases, run),
                minus(waiting, run),
                plus(closed, run, new Closed(newest, now)),
                departed);
    }

    PlacementBoard forget(RunId run) {
        return new PlacementBoard(trainers, leases, waiting, minus(closed, run), departed);
    }

    PlacementBoard forget(TrainerId trainer) {
        return new PlacementBoard(trainers, leases, waiting, closed, minus(departed, trainer));
    }

    Optional<Lease> leaseOf(RunId run) {
        return Optional.ofNullable(leases.get(run));
    }

    Optional<Lease> leaseOf(TrainerId trainer) {
        return leases.values().stream()
                .filter(lease -> lease.trainer().equals(trainer))
                .findFirst();
    }

    Optional<WaitingRequest> waitingOf(RunId run) {
        return Optional.ofNullable(waiting.get(run));
    }

    long closedEpoch(RunId run) {
        Closed over = closed.get(run);
        return over == null ? 0 : over.epoch();
    }

    Optional<Trainer> trainer(TrainerId trainer) {
        return Optional.ofNullable(trainers.get(trainer));
    }

    /** A live trainer, or one that fell silent lately. */
    Optional<Trainer> remembered(TrainerId trainer) {
        return trainer(trainer)
                .or(() -> Optional.ofNullable(departed.get(trainer)).flatMap(Departed::trainer));
    }

    boolean lives(TrainerId trainer, TrainerIncarnation incarnation) {
        return trainer(trainer)
                .map(known -> known.incarnation().equals(incarnation))
                .orElse(false);
    }

    /** Requests in the order in which they came. */
    List<WaitingRequest> queue() {
        return waiting.values().stream()
                .sorted(Comparator.comparingLong(WaitingRequest::number))
                .toList();
    }

    long nextNumber() {
        return waiting.values().stream().mapToLong(WaitingRequest::number).max().orElse(0) + 1;
    }

    /** Trainers that would take a lease now, the smallest first, so that large ones stay free for large runs. */
    List<Trainer> free() {
        return trainers.values().stream()
                .filter(Trainer::takesWork)
                .filter(trainer -> leaseOf(trainer.id()).isEmpty())
                .sorted(Comparator.comparingLong(Trainer::budgetBytes)
                        .thenComparing(trainer -> trainer.id().value()))
                .toList();
    }

    private static <K, V> Map<K, V> plus(Map<K, V> map, K key, V value) {
        Map<K, V> copy = new LinkedHashMap<>(map);
        copy.put(key, value);
        return copy;
    }

    private static <K, V> Map<K, V> minus(Map<K, V> map, K key) {
        if (!map.containsKey(key)) {
            return map;
        }
        Map<K, V> copy = new LinkedHashMap<>(map);
        copy.remove(key);
        return copy;
    }
}
