package io.finemesh.contract.registry;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;

/**
 * An evaluation ended without scores. A duplicate changes nothing.
 *
 * @param evaluation the evaluation
 * @param checkpoint what was to be scored
 * @param failure why it was not
 */
public record EvaluationMissed(EvaluationId evaluation, CheckpointId checkpoint, Failure failure)
        implements PromotionSignal {
    public EvaluationMissed {
        requireNonNull(evaluation, "evaluation is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(failure, "failure is null");
    }
}
