package io.finemesh.gateway.answer;

import io.finemesh.contract.evaluation.TaskRecords;
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
 * @param answered questions that are answered so far, over all tasks
 * @param questions questions of the tasks that are known to have some answered
 * @param records where the records of each task can be read
 */
@Schema(description = "An evaluation of a checkpoint")
public record EvaluationAnswer(
        String id,
        String checkpoint,
        OptionalLong afterSteps,

        @Schema(enumeration = {"requested", "started", "completed", "failed"})
        String state,

        Optional<String> evaluator,
        List<Score> scores,
        OptionalLong elapsedMillis,
        Optional<FailureAnswer> failure,
        long answered,
        long questions,
        List<Records> records) {
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
                evaluation.failure().map(FailureAnswer::of),
                evaluation.progress().answered(),
                evaluation.progress().totals().values().stream()
                        .mapToLong(Integer::longValue)
                        .sum(),
                evaluation.records().stream()
                        .map(records -> Records.of(evaluation, records))
                        .toList());
    }

    /**
     * Where the records of a task can be read.
     *
     * @param task task name
     * @param samples address of the records, a JSON line for each sample and way of reading it
     * @param results address of the figures in the reference harness's layout
     * @param view address of the records as a page for people
     */
    @Schema(description = "Where the records of a task can be read")
    public record Records(String task, String samples, String results, String view) {
        static Records of(EvaluationView evaluation, TaskRecords records) {
            String base = "/v1/evaluations/" + evaluation.id() + "/tasks/" + records.task();
            return new Records(
                    records.task(),
                    base + "/samples",
                    base + "/results",
                    "/samples.html?evaluation=" + evaluation.id() + "&task=" + records.task());
        }
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
     * @param judge who rated, where somebody did
     */
    @Schema(description = "One figure of one task")
    public record Score(
            @Schema(examples = "held_out_loss") String task,
            @Schema(examples = "perplexity") String metric,
            Optional<Double> value,
            Optional<Double> standardError,
            long samples,
            boolean limited,
            Optional<String> judge) {
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
                    score.limited(),
                    score.judge());
        }
    }
}
