package io.finemesh.contract.run;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.RunId;

/**
 * The run is planned and waits for a trainer. Emitted once.
 *
 * @param runId the run
 * @param specification frozen specification
 * @param model where it starts
 * @param dataset what it trains on
 * @param plan how it is cut and what it needs
 */
public record RunAccepted(
        RunId runId, RunSpecification specification, ResolvedModel model, ResolvedDataset dataset, RunPlan plan)
        implements RunEvent {
    public RunAccepted {
        requireNonNull(runId, "runId is null");
        requireNonNull(specification, "specification is null");
        requireNonNull(model, "model is null");
        requireNonNull(dataset, "dataset is null");
        requireNonNull(plan, "plan is null");
    }
}
