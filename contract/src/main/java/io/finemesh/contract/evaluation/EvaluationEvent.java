package io.finemesh.contract.evaluation;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;

/** What an evaluator says. Owner: evaluator. */
public sealed interface EvaluationEvent extends Message
        permits EvaluationStarted, EvaluationCompleted, EvaluationFailed {
    /** The run that asked; key of the record. */
    RunId runId();

    /** The evaluation. */
    EvaluationId evaluation();
}
