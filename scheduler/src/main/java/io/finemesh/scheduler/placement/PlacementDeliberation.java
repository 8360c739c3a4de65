package io.finemesh.scheduler.placement;

import io.finemesh.contract.Message;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.placement.LeaseLost;
import io.finemesh.contract.placement.PlaceSegment;
import io.finemesh.contract.placement.PlacementImpossible;
import io.finemesh.contract.placement.ReleaseLease;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.contract.training.StopSegment;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.announcement.Announcement;
import io.finemesh.scheduler.lease.Lease;
import io.finemesh.scheduler.lease.LeaseTerms;
import io.finemesh.scheduler.lease.Origin;
import io.finemesh.scheduler.placement.PlacementBoard.Departed;
import io.finemesh.scheduler.placement.WaitingRequest.Bond;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One decision of placement while it is made. Used once. */
final class PlacementDeliberation {
    /** Requests are kept on their topic for two days; a repetition cannot come later. */
    private static final Duration REMEMBERED = Duration.ofDays(3);

    /** A trainer that is gone is taken to come back for so long: a machine that is restarted, a process that is replaced. */
    private static final Duration AWAITED_BACK = Duration.ofMinutes(15);

    private final LeaseTerms leaseTerms;
    private final PlacementTerms terms;
    private final Instant now;
    private final List<Announcement<?>> outputs = new ArrayList<>();
    private PlacementBoard board;

    PlacementDeliberation(PlacementBoard board, LeaseTerms leaseTerms, PlacementTerms terms, Instant now) {
        this.board = board;
        this.leaseTerms = leaseTerms;
        this.terms = terms;
        this.now = now;
    }

    PlacementDecision conclude() {
        return new PlacementDecision(board, outputs);
    }

    void place(Envelope<?> input, PlaceSegment request) {
        RunId run = request.runId();
        Origin origin = new Origin(input.id(), input.traceparent());
        Optional<Lease> lease = board.leaseOf(run);
        Optional<WaitingRequest> waiting = board.waitingOf(run);
        long known = Math.max(
                board.closedEpoch(run),
                Math.max(
                        lease.map(Lease::epoch).orElse(0L),
                        waiting.map(WaitingRequest::epoch).orElse(0L)));
        if (request.epoch() > known) {
            queue(request, origin, lease);
        } else if (waiting.isPresent()
                && waiting.get().epoch() == request.epoch()
                && waiting.get().bond().isPresent()
                && request.preferred().isEmpty()) {
            WaitingRequest bound = waiting.get();
            board = board.with(new WaitingRequest(
                    bound.epoch(), request.work(), Optional.empty(), origin, bound.since(), bound.number()));
        }
    }

    private void queue(PlaceSegment request, Origin origin, Optional<Lease> replaced) {
        Optional<Bond> bond = Optional.empty();
        if (request.preferred().isPresent()) {
            TrainerId only = request.preferred().get();
            bond = replaced.filter(
                            lease -> lease.trainer().equals(only) && board.lives(lease.trainer(), lease.incarnation()))
                    .map(lease -> new Bond(lease.trainer(), lease.incarnation()));
            if (bond.isEmpty()) {
                // The trainer is gone, or its memory is, since the lifecycle heard of the result.
                board = board.close(request.runId(), request.epoch(), now);
                say(
                        Topics.PLACEMENT_EVENTS,
                        request.runId(),
                        origin,
                        0,
                        new LeaseLost(
                                request.runId(),
                                request.epoch(),
                                only,
                                lost("trainer " + only + " is gone, and with it the checkpoint "
                                        + request.work().base() + " that only it had")));
                return;
            }
        }
        board = board.with(new WaitingRequest(request.epoch(), request.work(), bond, origin, now, board.nextNumber()));
    }

    void release(Envelope<?> input, ReleaseLease release) {
        RunId run = release.runId();
        Optional<TrainerId> holder = board.leaseOf(run)
                .filter(lease -> lease.epoch() <= release.epoch())
                .map(Lease::trainer)
                .or(() -> board.waitingOf(run)
                        .filter(waiting -> waiting.epoch() <= release.epoch())
                        .flatMap(WaitingRequest::bond)
                        .map(Bond::trainer));
        boolean newer =
                board.leaseOf(run).map(lease -> lease.epoch() > release.epoch()).orElse(false)
                        || board.waitingOf(run)
                                .map(waiting -> waiting.epoch() > release.epoch())
                                .orElse(false);
        if (newer || board.closedEpoch(run) >= release.epoch()) {
            return;
        }
        board = board.close(run, release.epoch(), now);
        if (release.stop() && holder.isPresent()) {
            stop(holder.get(), run, release.epoch(), release.reason(), new Origin(input.id(), input.traceparent()));
        }
    }

    void hear(Envelope<?> input, TrainerHeartbeat heartbeat) {
        Optional<Trainer> known = board.remembered(heartbeat.trainer());
        if (known.filter(trainer -> trainer.isPast(heartbeat)).isPresent()) {
            return;
        }
        boolean sameLife = board.lives(heartbeat.trainer(), heartbeat.incarnation());
        board = board.with(
                known.map(trainer -> trainer.after(heartbeat, now)).orElseGet(() -> Trainer.first(heartbeat, now)));
        if (!sameLife) {
            lose(heartbeat.trainer(), "trainer " + heartbeat.trainer() + " restarted", false);
        }
        board.leaseOf(heartbeat.trainer()).ifPresent(lease -> compare(heartbeat, lease));
        pursueStray(input, heartbeat);
    }

    /**
     * Whether a trainer has what it was given. A trainer shows the segment in its hands and, when it has none, the result it uploads; one that
     * shows neither has said how the segment ended, and where that did not arrive nobody else will say it.
     */
    private void compare(TrainerHeartbeat heartbeat, Lease lease) {
        if (shows(heartbeat, lease)) {
            if (!lease.confirmed() || lease.unseenSince().isPresent()) {
                board = board.with(lease.asConfirmed());
            }
        } else if (lease.confirmed() && lease.unseenSince().isEmpty()) {
            board = board.with(lease.unseen(now));
        } else if (lease.confirmed() && leaseTerms.dropped(lease.unseenSince().orElseThrow(), now)) {
            lose(
                    lease.run(),
                    lease.epoch(),
                    lease.trainer(),
                    lease.origin(),
                    "trainer " + lease.trainer() + " no longer has the segment, and how it ended did not arrive within "
                            + leaseTerms.confirmation().toSeconds() + " s",
                    true);
        }
    }

    private static boolean shows(TrainerHeartbeat heartbeat, Lease lease) {
        return heartbeat.run().filter(lease.run()::equals).isPresent()
                && heartbeat.epoch().isPresent()
                && heartbeat.epoch().getAsLong() == lease.epoch();
    }

    /** A trainer that goes on computing what it has no lease for, after a partition for example, is stopped. */
    private void pursueStray(Envelope<?> input, TrainerHeartbeat heartbeat) {
        Trainer trainer = board.trainer(heartbeat.trainer()).orElseThrow();
        boolean strays = heartbeat.condition() == TrainerCondition.TRAINING
                && heartbeat.run().isPresent()
                && heartbeat.epoch().isPresent()
                && board.leaseOf(trainer.id())
                        .filter(lease -> shows(heartbeat, lease))
                        .isEmpty();
        if (!strays) {
            if (trainer.strayingSince().isPresent()) {
                board = board.with(trainer.straying(Optional.empty()));
            }
        } else if (trainer.strayingSince().isEmpty()) {
            board = board.with(trainer.straying(Optional.of(now)));
        } else if (now.isAfter(trainer.strayingSince().get().plus(leaseTerms.confirmation()))) {
            board = board.with(trainer.straying(Optional.of(now)));
            stop(
                    trainer.id(),
                    heartbeat.run().get(),
                    heartbeat.epoch().getAsLong(),
                    "the trainer has no lease for it",
                    new Origin(input.id(), input.traceparent()));
        }
    }

    void loseTheSilent(Instant listeningSince) {
        for (Trainer trainer : board.trainers().values()) {
            if (leaseTerms.silent(trainer.heardAt(), listeningSince, now)) {
                board = board.without(trainer, now);
                lose(
                        trainer.id(),
                        "trainer " + trainer.id() + " was not heard of for "
                                + leaseTerms.silence().toSeconds() + " s",
                        true);
            }
        }
    }

    /** Ends every lease of a trainer's former life, and every request that only that life could have met. */
    private void lose(TrainerId trainer, String reason, boolean stop) {
        for (Lease lease : board.leases().values()) {
            if (lease.trainer().equals(trainer) && !board.lives(trainer, lease.incarnation())) {
                lose(lease.run(), lease.epoch(), trainer, lease.origin(), reason, stop);
            }
        }
        for (WaitingRequest request : board.queue()) {
            if (request.bond()
                    .filter(bond -> bond.trainer().equals(trainer) && !board.lives(trainer, bond.incarnation()))
                    .isPresent()) {
                lose(request.run(), request.epoch(), trainer, request.origin(), reason, stop);
            }
        }
    }

    private void lose(RunId run, long epoch, TrainerId trainer, Origin origin, String reason, boolean stop) {
        board = board.close(run, epoch, now);
        say(Topics.PLACEMENT_EVENTS, run, origin, 1, new LeaseLost(run, epoch, trainer, lost(reason)));
        if (stop) {
            stop(trainer, run, epoch, reason, origin);
        }
    }

    void pursueUnconfirmed() {
        for (Lease lease : board.leases().values()) {
            LeaseTerms.Verdict verdict = board.trainer(lease.trainer())
                    .map(trainer -> leaseTerms.judge(lease, trainer.heardAt()))
                    .orElse(LeaseTerms.Verdict.LOST);
            switch (verdict) {
                case STANDS -> {}
                case REPEAT -> {
                    Lease repeated = lease.repeated(now);
                    board = board.with(repeated);
                    train(repeated);
                }
                case LOST ->
                    lose(
                            lease.run(),
                            lease.epoch(),
                            lease.trainer(),
                            lease.origin(),
                            "trainer " + lease.trainer() + " did not take up the segment though told "
                                    + (lease.repeats() + 1) + " times",
                            true);
            }
        }
    }

    void assign() {
        grant(this::overdue, (_, _) -> true);
        grant(_ -> true, WaitingRequest::isAtHomeWith);
        grant(_ -> true, (_, _) -> true);
    }

    private boolean overdue(WaitingRequest request) {
        return now.isAfter(request.since().plus(terms.preference()));
    }

    private interface Suits {
        boolean test(WaitingRequest request, Trainer trainer);
    }

    private void grant(Predicate<WaitingRequest> whose, Suits suits) {
        for (WaitingRequest request : board.queue()) {
            if (whose.test(request)) {
                board.free().stream()
                        .filter(trainer -> request.mayGoTo(trainer) && suits.test(request, trainer))
                        .min(Comparator.comparing(trainer -> !request.isAtHomeWith(trainer)))
                        .ifPresent(trainer -> grant(request, trainer));
            }
        }
    }

    private void grant(WaitingRequest request, Trainer trainer) {
        Lease lease = Lease.granted(
                request.epoch(), trainer.id(), trainer.incarnation(), request.work(), request.origin(), now);
        board = board.with(lease);
        say(
                Topics.PLACEMENT_EVENTS,
                lease.run(),
                lease.origin(),
                0,
                new LeaseGranted(
                        lease.run(),
                        lease.epoch(),
                        lease.work().segment().index(),
                        lease.trainer(),
                        lease.incarnation()));
        train(lease);
    }

    private void train(Lease lease) {
        sayToTrainer(
                lease.trainer(),
                lease.run(),
                lease.origin(),
                lease.repeats(),
                new TrainSegment(lease.trainer(), lease.incarnation(), lease.epoch(), lease.work()));
    }

    private void stop(TrainerId trainer, RunId run, long epoch, String reason, Origin origin) {
        sayToTrainer(trainer, run, origin, -1, new StopSegment(trainer, run, epoch, reason));
    }

    void refuseImpossible() {
        if (board.trainers().values().stream().noneMatch(Trainer::takesWork)) {
            return;
        }
        List<Long> budgets = Stream.concat(
                        board.trainers().values().stream().map(Trainer::budgetBytes),
                        board.departed().values().stream().map(Departed::budgetBytes))
                .toList();
        long largest = Collections.max(budgets);
        for (WaitingRequest request : board.queue()) {
            SegmentWork work = request.work();
            if (work.memoryBytes() > largest
                    && !request.followsALease()
                    && !now.isBefore(request.since().plus(terms.impossibleAfter()))) {
                board = board.close(request.run(), request.epoch(), now);
                say(
                        Topics.PLACEMENT_EVENTS,
                        request.run(),
                        request.origin(),
                        0,
                        new PlacementImpossible(
                                request.run(),
                                request.epoch(),
                                new Failure(
                                        FailureCode.DOES_NOT_FIT,
                                        "the run needs " + work.memoryBytes() + " bytes and the largest of "
                                                + budgets.size() + " trainers heard of lately may use " + largest
                                                + "; start a larger trainer, raise its memory budget, or ask for a"
                                                + " smaller plan (BAdam, BF16, a lower cutoffTokens)")));
            }
        }
    }

    void forgetOld() {
        board.departed().forEach((trainer, departed) -> {
            if (departed.at().plus(AWAITED_BACK).isBefore(now)) {
                board = board.forget(trainer);
            }
        });
        board.closed().forEach((run, closed) -> {
            if (closed.at().plus(REMEMBERED).isBefore(now)) {
                board = board.forget(run);
            }
        });
    }

    private static Failure lost(String reason) {
        return new Failure(FailureCode.TRAINER_LOST, reason);
    }

    private <T extends Message> void say(Topic<T> topic, RunId run, Origin origin, int ordinal, T body) {
        EventId cause = origin.request();
        outputs.add(Announcement.about(topic, run.value(), run, cause, ordinal, origin.traceparent(), now, body));
    }

    private void sayToTrainer(TrainerId trainer, RunId run, Origin origin, int ordinal, TrainingCommand command) {
        outputs.add(Announcement.about(
                Topics.TRAINING_COMMANDS,
                trainer.value(),
                run,
                origin.request(),
                ordinal,
                origin.traceparent(),
                now,
                command));
    }
}
