package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * A validated, self-contained request for a run. A duplicate of a known run is ignored.
 *
 * @param runId identity given by the gateway
 * @param specification what was asked, defaults filled in
 * @param model where it starts
 * @param dataset what it trains on
 * @param evaluationDataset what it is evaluated on
 */
public record SubmitRun(
        RunId runId,
        RunSpecification specification,
        ResolvedModel model,
        ResolvedDataset dataset,
        Optional<ResolvedDataset> evaluationDataset)
        implements RunCommand {
    public SubmitRun {
        requireNonNull(runId, "runId is null");
        requireNonNull(specification, "specification is null");
        requireNonNull(model, "model is null");
        requireNonNull(dataset, "dataset is null");
        evaluationDataset = evaluationDataset == null ? Optional.empty() : evaluationDataset;
    }
}
