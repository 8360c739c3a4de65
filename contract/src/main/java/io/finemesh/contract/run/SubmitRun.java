package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.json.SinceForm;
import java.util.List;
import java.util.Optional;

/**
 * A validated, self-contained request for a run. A duplicate of a known run is ignored.
 *
 * @param runId identity given by the gateway
 * @param specification what was asked, defaults filled in
 * @param model where it starts
 * @param dataset what it trains on
 * @param evaluationDataset what it is evaluated on
 * @param origin the firing it comes from; absent when somebody asked for it
 * @param evaluation what the evaluation names beside that; absent where it names nothing
 */
public record SubmitRun(
        RunId runId,
        RunSpecification specification,
        ResolvedModel model,
        ResolvedDataset dataset,
        Optional<ResolvedDataset> evaluationDataset,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<RunOrigin> origin,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(5)
        Optional<ResolvedEvaluation> evaluation)
        implements RunCommand {
    public SubmitRun {
        requireNonNull(runId, "runId is null");
        requireNonNull(specification, "specification is null");
        requireNonNull(model, "model is null");
        requireNonNull(dataset, "dataset is null");
        evaluationDataset = evaluationDataset == null ? Optional.empty() : evaluationDataset;
        origin = origin == null ? Optional.empty() : origin;
        evaluation = evaluation == null ? Optional.empty() : evaluation;
    }

    /** A run whose evaluation names nothing but its data set. */
    public SubmitRun(
            RunId runId,
            RunSpecification specification,
            ResolvedModel model,
            ResolvedDataset dataset,
            Optional<ResolvedDataset> evaluationDataset,
            Optional<RunOrigin> origin) {
        this(runId, specification, model, dataset, evaluationDataset, origin, Optional.empty());
    }

    /** A run that somebody asked for. */
    public SubmitRun(
            RunId runId,
            RunSpecification specification,
            ResolvedModel model,
            ResolvedDataset dataset,
            Optional<ResolvedDataset> evaluationDataset) {
        this(runId, specification, model, dataset, evaluationDataset, Optional.empty());
    }

    /** What an update report and pairs of answers compare with. */
    public CheckpointId base() {
        return evaluation.flatMap(ResolvedEvaluation::base).orElse(model.checkpoint());
    }

    /** The tasks that say anything of a checkpoint: what is compared with itself has nothing to tell. */
    public List<TaskSpecification> tasksOn(CheckpointId checkpoint) {
        return specification.evaluation().tasks().stream()
                .filter(task -> !task.task().comparesCheckpoints() || !base().equals(checkpoint))
                .toList();
    }
}
