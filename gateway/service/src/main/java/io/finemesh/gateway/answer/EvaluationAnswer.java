package io.finemesh.gateway.answer;

import io.finemesh.contract.evaluation.TaskScore;
import io.finemesh.gateway.view.EvaluationView;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An evaluation of a checkpoint.
 *
 * @param id identity
 * @param checkpoint what is scored
 * @param afterSteps optimizer steps the checkpoint has seen in its run
 * @param state how far it is
 * @param evaluator who scores
 * @param scores the figures
 * @param elapsedMillis time taken in milliseconds
 * @param failure why it failed
 */
@Schema(description = "An evaluation of a checkpoint")
public record EvaluationAnswer(
        String id,
        String checkpoint,
        OptionalLong afterSteps,

        @Schema(enumeration = {"started", "completed", "failed"})
        String state,

        Optional<String> evaluator,
        List<Score> scores,
        OptionalLong elapsedMillis,
        Optional<FailureAnswer> failure) {
    /** An evaluation as users see it. */
    public static EvaluationAnswer of(EvaluationView evaluation) {
        return new EvaluationAnswer(
                evaluation.id().value(),
                evaluation.checkpoint().value(),
                evaluation.afterSteps(),
                evaluation.state().name().toLowerCase(Locale.ROOT),
                evaluation.evaluator(),
                evaluation.scores().stream().map(Score::of).toList(),
                evaluation.elapsedMillis(),
                evaluation.failure().map(FailureAnswer::of));
    }

    /**
     * One figure.
     *
     * @param task task name
     * @param metric metric name
     * @param value the figure
     * @param standardError its standard error
     * @param samples samples it is over
     * @param limited true when a limit left samples out
     */
    @Schema(description = "One figure of one task")
    public record Score(
            @Schema(examples = "held_out_loss") String task,
            @Schema(examples = "perplexity") String metric,
            Optional<Double> value,
            Optional<Double> standardError,
            long samples,
            boolean limited) {
        static Score of(TaskScore score) {
            Optional<Double> error = score.standardError().isPresent()
                    ? Figures.finite(score.standardError().getAsDouble())
                    : Optional.empty();
            return new Score(
                    score.task(),
                    score.metric(),
                    Figures.finite(score.value()),
                    error,
                    score.samples(),
                    score.limited());
        }
    }
}
