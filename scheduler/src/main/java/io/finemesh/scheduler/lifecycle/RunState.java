package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import java.time.Instant;
import java.util.Optional;

/** Where a run stands. Each state holds what is true in it and nothing else; a transition is a method on the state that may make it. */
public sealed interface RunState {
    /** Epoch of the first lease of a run. */
    long FIRST_EPOCH = 1;

    /** Nothing is known of the run. */
    record Absent() implements RunState {
        AwaitingTrainer planned(Charter charter) {
            return new AwaitingTrainer(charter, Progress.NONE, FIRST_EPOCH);
        }

        Rejected refused(RunId runId, Failure failure) {
            return new Rejected(runId, failure);
        }
    }

    /** The run was accepted and has not ended. */
    sealed interface Active extends RunState {
        Charter charter();

        Progress progress();

        Active withProgress(Progress progress);

        default Completed completed() {
            return new Completed(charter().runId(), totals());
        }

        default Failed failed(Failure failure) {
            return new Failed(charter().runId(), totals(), failure);
        }

        default Cancelled cancelled() {
            return new Cancelled(charter().runId(), totals());
        }

        default RunTotals totals() {
            return new RunTotals(
                    charter().plan().totalSteps(),
                    progress().committedSteps(),
                    charter().plan().segments(),
                    progress().committedSegments(),
                    progress().last().map(CommittedCheckpoint::checkpoint));
        }
    }

    /** Not every segment is committed. */
    sealed interface Working extends Active {
        /** Newest lease epoch that was handed out. */
        long epoch();

        @Override
        Working withProgress(Progress progress);

        /** Asks for a trainer anew; whatever was granted before no longer counts. */
        default AwaitingTrainer placed() {
            return new AwaitingTrainer(charter(), progress(), epoch() + 1);
        }

        default Resting rested(Instant until, EventId cause) {
            return new Resting(charter(), progress(), epoch(), until, cause);
        }

        /** Nobody works; what is uploaded waits for the store. */
        default Committing left(Instant at) {
            return new Committing(charter(), progress(), epoch(), Optional.empty(), at);
        }

        /** A segment's checkpoint exists. */
        default Working committed(Progress next, Instant at) {
            return withProgress(next);
        }

        default Evaluating trained() {
            return new Evaluating(charter(), progress());
        }
    }

    /** A trainer was asked for under {@code epoch} and nobody was heard of yet. */
    record AwaitingTrainer(Charter charter, Progress progress, long epoch) implements Working {
        public AwaitingTrainer {
            requireNonNull(charter, "charter is null");
            requireNonNull(progress, "progress is null");
        }

        @Override
        public AwaitingTrainer withProgress(Progress next) {
            return new AwaitingTrainer(charter, next, epoch);
        }

        Training granted(TrainerId trainer) {
            return new Training(charter, progress, epoch, trainer);
        }
    }

    /** {@code trainer} holds the lease {@code epoch} of the segment in work. */
    record Training(Charter charter, Progress progress, long epoch, TrainerId trainer) implements Working {
        public Training {
            requireNonNull(charter, "charter is null");
            requireNonNull(progress, "progress is null");
            requireNonNull(trainer, "trainer is null");
        }

        @Override
        public Training withProgress(Progress next) {
            return new Training(charter, next, epoch, trainer);
        }

        /** The steps are done: the next segment is asked for, or, after the last, the upload is waited for under the same lease. */
        Working finished(TrainedSegment segment, Instant at) {
            Progress next = progress.plusTrained(segment);
            return next.nextSegment() < charter.plan().segments()
                    ? new AwaitingTrainer(charter, next, epoch + 1)
                    : new Committing(charter, next, epoch, Optional.of(trainer), at);
        }
    }

    /**
     * Nobody computes; results are on their way to the store. {@code holder} still has the lease {@code epoch} because the newest result is not
     * uploaded, so that its death is noticed. Without a holder only the store is waited for, {@code since} it last got on.
     */
    record Committing(Charter charter, Progress progress, long epoch, Optional<TrainerId> holder, Instant since)
            implements Working {
        public Committing {
            requireNonNull(charter, "charter is null");
            requireNonNull(progress, "progress is null");
            holder = holder == null ? Optional.empty() : holder;
            since = since == null ? Instant.EPOCH : since; // kept by a scheduler that did not note it: long ago
        }

        @Override
        public Committing committed(Progress next, Instant at) {
            return new Committing(charter, next, epoch, holder, at);
        }

        @Override
        public Committing withProgress(Progress next) {
            return new Committing(charter, next, epoch, holder, since);
        }
    }

    /** After a setback nothing is asked for before {@code until}; {@code cause} is the input that set the run back. */
    record Resting(Charter charter, Progress progress, long epoch, Instant until, EventId cause) implements Working {
        public Resting {
            requireNonNull(charter, "charter is null");
            requireNonNull(progress, "progress is null");
            requireNonNull(until, "until is null");
            requireNonNull(cause, "cause is null");
        }

        @Override
        public Resting withProgress(Progress next) {
            return new Resting(charter, next, epoch, until, cause);
        }
    }

    /** Every segment is committed, an evaluation has not ended. */
    record Evaluating(Charter charter, Progress progress) implements Active {
        public Evaluating {
            requireNonNull(charter, "charter is null");
            requireNonNull(progress, "progress is null");
        }

        @Override
        public Evaluating withProgress(Progress next) {
            return new Evaluating(charter, next);
        }
    }

    /** The run is over and nothing changes it any more. */
    sealed interface Ended extends RunState {
        RunId runId();
    }

    /** Everything asked for is done. */
    record Completed(RunId runId, RunTotals totals) implements Ended {
        public Completed {
            requireNonNull(runId, "runId is null");
            requireNonNull(totals, "totals is null");
        }
    }

    /** It gave up. */
    record Failed(RunId runId, RunTotals totals, Failure failure) implements Ended {
        public Failed {
            requireNonNull(runId, "runId is null");
            requireNonNull(totals, "totals is null");
            requireNonNull(failure, "failure is null");
        }
    }

    /** It was stopped on request. */
    record Cancelled(RunId runId, RunTotals totals) implements Ended {
        public Cancelled {
            requireNonNull(runId, "runId is null");
            requireNonNull(totals, "totals is null");
        }
    }

    /** It could never be executed as asked. */
    record Rejected(RunId runId, Failure failure) implements Ended {
        public Rejected {
            requireNonNull(runId, "runId is null");
            requireNonNull(failure, "failure is null");
        }
    }
}
