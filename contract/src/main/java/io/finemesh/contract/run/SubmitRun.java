package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.json.SinceForm;
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
 */
public record SubmitRun(
        RunId runId,
        RunSpecification specification,
        ResolvedModel model,
        ResolvedDataset dataset,
        Optional<ResolvedDataset> evaluationDataset,

        @JsonInclude(JsonInclude.Include.NON_ABSENT) @SinceForm(2)
        Optional<RunOrigin> origin)
        implements RunCommand {
    public SubmitRun {
        requireNonNull(runId, "runId is null");
        requireNonNull(specification, "specification is null");
        requireNonNull(model, "model is null");
        requireNonNull(dataset, "dataset is null");
        evaluationDataset = evaluationDataset == null ? Optional.empty() : evaluationDataset;
        origin = origin == null ? Optional.empty() : origin;
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
}
