package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.RequestEvaluation;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/**
 * An evaluation that is to be led, whoever asked for it.
 *
 * @param evaluation identity
 * @param run run that asks; empty where none does
 * @param work what to measure
 */
public record EvaluationJob(EvaluationId evaluation, Optional<RunId> run, EvaluationWork work) {
    /** What the scheduler asks. */
    public static EvaluationJob of(EvaluateCheckpoint command) {
        return new EvaluationJob(command.evaluation(), command.runId(), command.work());
    }

    /** What people ask. */
    public static EvaluationJob of(RequestEvaluation request) {
        return new EvaluationJob(request.evaluation(), Optional.empty(), request.work());
    }
}
