package io.finemesh.gateway.view;

import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.EvaluationFailed;
import io.finemesh.contract.evaluation.EvaluationStarted;
import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One evaluation. Scores are final: a later failure or start of the same evaluation does not take them back.
 *
 * @param id identity
 * @param checkpoint what is scored
 * @param state how far it is
 * @param evaluator who scores, once known
 * @param afterSteps optimizer steps the checkpoint has seen, once known
 * @param scores figures; empty until it is completed
 * @param elapsedMillis time taken
 * @param failure why it failed
 */
public record EvaluationView(
        EvaluationId id,
        CheckpointId checkpoint,
        State state,
        Optional<String> evaluator,
        OptionalLong afterSteps,
        List<TaskScore> scores,
        OptionalLong elapsedMillis,
        Optional<Failure> failure) {
    /** How far an evaluation is. */
    public enum State {
        /** Being scored. */
        STARTED,
        /** Has its scores. */
        COMPLETED,
        /** Ended without a score. */
        FAILED
    }

    static EvaluationView after(Optional<EvaluationView> before, EvaluationEvent event) {
        if (before.isPresent() && before.get().state == State.COMPLETED) {
            return before.get();
        }
        return switch (event) {
            case EvaluationStarted started ->
                new EvaluationView(
                        started.evaluation(),
                        started.checkpoint(),
                        State.STARTED,
                        Optional.of(started.evaluator()),
                        OptionalLong.empty(),
                        List.of(),
                        OptionalLong.empty(),
                        Optional.empty());
            case EvaluationCompleted completed ->
                new EvaluationView(
                        completed.evaluation(),
                        completed.checkpoint(),
                        State.COMPLETED,
                        before.flatMap(EvaluationView::evaluator),
                        OptionalLong.of(completed.afterSteps()),
                        completed.scores(),
                        OptionalLong.of(completed.elapsedMillis()),
                        Optional.empty());
            case EvaluationFailed failed ->
                new EvaluationView(
                        failed.evaluation(),
                        failed.checkpoint(),
                        State.FAILED,
                        before.flatMap(EvaluationView::evaluator),
                        OptionalLong.empty(),
                        List.of(),
                        OptionalLong.empty(),
                        Optional.of(failed.failure()));
        };
    }
}
