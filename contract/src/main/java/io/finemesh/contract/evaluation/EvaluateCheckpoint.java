package io.finemesh.contract.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.Message;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.json.SinceForm;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.contract.run.ResolvedEvaluation;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.run.TaskSpecification;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Score a committed checkpoint. A duplicate by evaluation id is answered from the first result. Owner: scheduler.
 *
 * @param evaluation identity
 * @param runId run that asks; empty where none does
 * @param checkpoint what to score
 * @param afterSteps optimizer steps the checkpoint has seen in this run
 * @param dataset held-out data; empty where every task has data of its own, or needs none
 * @param tasks what to measure
 * @param specification template, precision and cut-off are taken from here
 * @param datasets data sets by the names that tasks use
 * @param base checkpoint that an update report and pairs of answers compare with
 * @param judge who rates open answers
 */
public record EvaluateCheckpoint(
        EvaluationId evaluation,
        Optional<RunId> runId,
        CheckpointId checkpoint,
        long afterSteps,
        Optional<ResolvedDataset> dataset,
        List<TaskSpecification> tasks,
        RunSpecification specification,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<Map<String, ResolvedDataset>> datasets,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(5)
        Optional<CheckpointId> base,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(5)
        Optional<JudgeSettings> judge)
        implements Message {
    public EvaluateCheckpoint {
        requireNonNull(evaluation, "evaluation is null");
        runId = runId == null ? Optional.empty() : runId;
        requireNonNull(checkpoint, "checkpoint is null");
        dataset = dataset == null ? Optional.empty() : dataset;
        tasks = List.copyOf(tasks);
        requireNonNull(specification, "specification is null");
        datasets = datasets == null ? Optional.empty() : datasets.map(Map::copyOf);
        base = base == null ? Optional.empty() : base;
        judge = judge == null ? Optional.empty() : judge;
    }

    /**
     * What a run asks of a checkpoint.
     *
     * @param asks the run that is told; empty where the score is for somebody else
     */
    public static EvaluateCheckpoint of(
            EvaluationId evaluation,
            Optional<RunId> asks,
            CheckpointId checkpoint,
            long afterSteps,
            SubmitRun submission) {
        ResolvedEvaluation resolved = submission.evaluation().orElse(ResolvedEvaluation.NOTHING);
        return new EvaluateCheckpoint(
                evaluation,
                asks,
                checkpoint,
                afterSteps,
                submission.evaluationDataset(),
                submission.tasksOn(checkpoint),
                submission.specification(),
                submission.evaluation().map(ResolvedEvaluation::datasets),
                Optional.of(submission.base()),
                submission
                        .specification()
                        .evaluation()
                        .judge()
                        .map(judge -> JudgeSettings.of(judge, resolved.judge(), resolved.datasets())));
    }

    /** What is to be measured. */
    public EvaluationWork work() {
        return new EvaluationWork(
                checkpoint,
                afterSteps,
                dataset,
                datasets.orElse(Map.of()),
                tasks,
                new EvaluationSettings(
                        specification.template(),
                        specification.precision(),
                        specification.batch().cutoffTokens(),
                        specification.batch().longSamples(),
                        Optional.empty()),
                base,
                judge);
    }
}
