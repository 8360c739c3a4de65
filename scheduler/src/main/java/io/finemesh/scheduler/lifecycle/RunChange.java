package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import java.time.Instant;
import java.util.OptionalDouble;

/** One step of a run from one state to the next; what a decision consists of besides what it says to others. */
public sealed interface RunChange {
    /** The submission has a plan and the first trainer is asked for. */
    record Planned(Charter charter) implements RunChange {
        public Planned {
            requireNonNull(charter, "charter is null");
        }
    }

    /** The submission can never be executed. */
    record Refused(RunId runId, Failure failure) implements RunChange {
        public Refused {
            requireNonNull(runId, "runId is null");
            requireNonNull(failure, "failure is null");
        }
    }

    /** A trainer has the segment in work. */
    record Granted(TrainerId trainer) implements RunChange {
        public Granted {
            requireNonNull(trainer, "trainer is null");
        }
    }

    /** The segment in work is trained. */
    record Trained(TrainedSegment segment, Instant at) implements RunChange {
        public Trained {
            requireNonNull(segment, "segment is null");
            requireNonNull(at, "at is null");
        }
    }

    /** A pending segment is uploaded. */
    record Uploaded(int index) implements RunChange {}

    /** The trainer of a run whose last result is uploaded is no longer needed. */
    record Dismissed(Instant at) implements RunChange {
        public Dismissed {
            requireNonNull(at, "at is null");
        }
    }

    /** A segment's checkpoint exists, and with it those of all segments before. */
    record Committed(int index, long steps, CommittedCheckpoint checkpoint, OptionalDouble gradientNorm, Instant at)
            implements RunChange {
        public Committed {
            requireNonNull(checkpoint, "checkpoint is null");
            requireNonNull(gradientNorm, "gradientNorm is null");
            requireNonNull(at, "at is null");
        }
    }

    /** Uncommitted work is given up, but for the first {@code pendingKept} results. */
    record SetBack(int pendingKept, Setbacks setbacks) implements RunChange {
        public SetBack {
            requireNonNull(setbacks, "setbacks is null");
        }
    }

    /** A trainer is asked for under the next epoch. */
    record Placed() implements RunChange {}

    /** A trainer is asked for later. */
    record Rested(Instant until, EventId cause) implements RunChange {
        public Rested {
            requireNonNull(until, "until is null");
            requireNonNull(cause, "cause is null");
        }
    }

    /** The store's verdict on what is uploaded is waited for, by nobody's lease. */
    record Left(Instant at) implements RunChange {
        public Left {
            requireNonNull(at, "at is null");
        }
    }

    /** An evaluation is asked for. */
    record EvaluationOpened(OpenEvaluation evaluation) implements RunChange {
        public EvaluationOpened {
            requireNonNull(evaluation, "evaluation is null");
        }
    }

    /** An evaluation has ended, with a score or without. */
    record EvaluationClosed(EvaluationId evaluation) implements RunChange {
        public EvaluationClosed {
            requireNonNull(evaluation, "evaluation is null");
        }
    }

    /** Every segment is committed; evaluations are waited for. */
    record TrainingEnded() implements RunChange {}

    /** Everything is done. */
    record Completed() implements RunChange {}

    /** The run gives up. */
    record Failed(Failure failure) implements RunChange {
        public Failed {
            requireNonNull(failure, "failure is null");
        }
    }

    /** The run is stopped on request. */
    record Cancelled() implements RunChange {}
}
