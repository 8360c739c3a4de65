package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.scheduler.planning.MeasuredBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How far a run has come. Segments before {@code committedSegments} are committed, those in {@code pending} follow without a gap, the one after
 * them is the one in work.
 *
 * @param committedSegments segments whose checkpoint exists; never falls
 * @param committedSteps optimizer steps in them
 * @param last newest checkpoint of the run, once there is one
 * @param pending trained segments on their way to the store, in order
 * @param evaluations evaluations that have not ended
 * @param measured gradient norms of the committed segments, where the order of blocks goes by them; else nothing
 * @param setbacks what went wrong since the last commit
 */
public record Progress(
        int committedSegments,
        long committedSteps,
        Optional<CommittedCheckpoint> last,
        List<TrainedSegment> pending,
        List<OpenEvaluation> evaluations,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<MeasuredBlocks> measured,
        Setbacks setbacks) {
    static final Progress NONE =
            new Progress(0, 0, Optional.empty(), List.of(), List.of(), Optional.empty(), Setbacks.NONE);

    public Progress {
        last = last == null ? Optional.empty() : last;
        pending = List.copyOf(pending);
        evaluations = List.copyOf(evaluations);
        measured = measured == null ? Optional.empty() : measured;
        requireNonNull(setbacks, "setbacks is null");
    }

    /** Index of the segment that is in work, or would be. */
    int nextSegment() {
        return committedSegments + pending.size();
    }

    Optional<TrainedSegment> newestPending() {
        return pending.isEmpty() ? Optional.empty() : Optional.of(pending.getLast());
    }

    Optional<TrainedSegment> pending(int index, long epoch) {
        return pending.stream()
                .filter(trained -> trained.index() == index && trained.epoch() == epoch)
                .findFirst();
    }

    /** How many of the pending ones, from the oldest, no longer need their trainer. */
    int uploadedInOrder() {
        int count = 0;
        while (count < pending.size() && pending.get(count).uploaded()) {
            count++;
        }
        return count;
    }

    Progress plusTrained(TrainedSegment trained) {
        if (trained.index() != nextSegment()) {
            throw new IllegalStateException(
                    "segment " + trained.index() + " is trained but segment " + nextSegment() + " is in work");
        }
        List<TrainedSegment> more = new ArrayList<>(pending);
        more.add(trained);
        return new Progress(committedSegments, committedSteps, last, more, evaluations, measured, setbacks);
    }

    Progress withUploaded(int index) {
        List<TrainedSegment> marked = pending.stream()
                .map(trained -> trained.index() == index ? trained.asUploaded() : trained)
                .toList();
        return new Progress(committedSegments, committedSteps, last, marked, evaluations, measured, setbacks);
    }

    Progress plusCommitted(
            Charter charter, int index, long steps, CommittedCheckpoint checkpoint, OptionalDouble gradientNorm) {
        if (index < committedSegments) {
            throw new IllegalStateException(
                    "segment " + index + " is committed after " + committedSegments + " segments were");
        }
        List<TrainedSegment> left =
                pending.stream().filter(trained -> trained.index() > index).toList();
        MeasuredBlocks known = measured.orElse(MeasuredBlocks.NONE);
        for (int segment = committedSegments; segment < index; segment++) {
            known = charter.measured(known, segment, pendingNorm(segment));
        }
        known = charter.measured(known, index, gradientNorm);
        return new Progress(
                index + 1,
                steps,
                Optional.of(checkpoint),
                left,
                evaluations,
                known.isEmpty() ? Optional.empty() : Optional.of(known),
                Setbacks.NONE);
    }

    /** What is measured before the next segment, the pending ones' figures among it. */
    MeasuredBlocks measured(Charter charter) {
        MeasuredBlocks known = measured.orElse(MeasuredBlocks.NONE);
        for (TrainedSegment trained : pending) {
            known = charter.measured(known, trained.index(), trained.gradientNorm());
        }
        return known;
    }

    private OptionalDouble pendingNorm(int segment) {
        int place = segment - committedSegments;
        return place < pending.size() ? pending.get(place).gradientNorm() : OptionalDouble.empty();
    }

    Progress setBackTo(int pendingKept, Setbacks counted) {
        return new Progress(
                committedSegments,
                committedSteps,
                last,
                pending.subList(0, pendingKept),
                evaluations,
                measured,
                counted);
    }

    Progress plusEvaluation(OpenEvaluation evaluation) {
        List<OpenEvaluation> more = new ArrayList<>(evaluations);
        more.add(evaluation);
        return new Progress(committedSegments, committedSteps, last, pending, more, measured, setbacks);
    }

    Progress minusEvaluation(EvaluationId evaluation) {
        List<OpenEvaluation> left = evaluations.stream()
                .filter(open -> !open.evaluation().equals(evaluation))
                .toList();
        return new Progress(committedSegments, committedSteps, last, pending, left, measured, setbacks);
    }
}
