package io.finemesh.gateway.view;

import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.evaluation.RangeFailed;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.evaluation.TaskRecords;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One evaluation. Scores are final: a later failure or start of the same evaluation does not take them back.
 *
 * @param id identity
 * @param checkpoint what is scored
 * @param state how far it is
 * @param evaluator who leads it, once known
 * @param afterSteps optimizer steps the checkpoint has seen, once known
 * @param scores figures; empty until it is completed
 * @param elapsedMillis time taken
 * @param failure why it failed
 * @param progress what is answered so far
 * @param records where the records are, by task; empty until it is completed
 */
public record EvaluationView(
        EvaluationId id,
        CheckpointId checkpoint,
        State state,
        Optional<String> evaluator,
        OptionalLong afterSteps,
        List<TaskScore> scores,
        OptionalLong elapsedMillis,
        Optional<Failure> failure,
        Progress progress,
        List<TaskRecords> records) {
    /** How far an evaluation is. */
    public enum State {
        /** Asked for, and nobody has begun. */
        REQUESTED,
        /** Being scored. */
        STARTED,
        /** Has its scores. */
        COMPLETED,
        /** Ended without a score. */
        FAILED
    }

    /**
     * Ranges of questions that were answered; each counts once, however often it is said.
     *
     * @param ranges their keys
     * @param answered questions in them
     * @param totals questions of each task that is known to have some answered
     */
    public record Progress(Set<BlobDigest> ranges, long answered, Map<String, Integer> totals) {
        static final Progress NONE = new Progress(Set.of(), 0, Map.of());

        public Progress {
            ranges = Set.copyOf(ranges);
            totals = Map.copyOf(totals);
        }

        Progress with(RangeScored range) {
            if (ranges.contains(range.key())) {
                return this;
            }
            Set<BlobDigest> keys = new HashSet<>(ranges);
            keys.add(range.key());
            Map<String, Integer> known = new HashMap<>(totals);
            known.put(range.task(), range.total());
            return new Progress(keys, answered + range.to() - range.from(), known);
        }
    }

    static EvaluationView requested(EvaluationId id, CheckpointId checkpoint) {
        return new EvaluationView(
                id,
                checkpoint,
                State.REQUESTED,
                Optional.empty(),
                OptionalLong.empty(),
                List.of(),
                OptionalLong.empty(),
                Optional.empty(),
                Progress.NONE,
                List.of());
    }

    static EvaluationView after(Optional<EvaluationView> before, EvaluationEvent event) {
        if (before.isPresent() && before.get().state == State.COMPLETED) {
            return before.get();
        }
        EvaluationView known = before.orElseGet(() -> requested(event.evaluation(), event.checkpoint()));
        return switch (event) {
            case EvaluationStarted started ->
                known.with(State.STARTED, Optional.of(started.evaluator()), Optional.empty(), known.progress);
            case RangeScored range ->
                known.with(
                        known.state == State.REQUESTED ? State.STARTED : known.state,
                        known.evaluator,
                        known.failure,
                        known.progress.with(range));
            // The evaluation ends with it, and says so itself.
            case RangeFailed _ -> known;
            case JudgeSpending _ -> known;
            case EvaluationFailed failed ->
                known.with(State.FAILED, known.evaluator, Optional.of(failed.failure()), known.progress);
            case EvaluationCompleted completed ->
                new EvaluationView(
                        completed.evaluation(),
                        completed.checkpoint(),
                        State.COMPLETED,
                        known.evaluator,
                        OptionalLong.of(completed.afterSteps()),
                        completed.scores(),
                        OptionalLong.of(completed.elapsedMillis()),
                        Optional.empty(),
                        known.progress,
                        completed.records().orElse(List.of()));
        };
    }

    private EvaluationView with(State next, Optional<String> leader, Optional<Failure> reason, Progress answered) {
        return new EvaluationView(
                id, checkpoint, next, leader, afterSteps, scores, elapsedMillis, reason, answered, records);
    }
}
