package io.finemesh.contract.evaluation;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EvaluationId;

/** What people ask of evaluators without a run. Owner: gateway. */
public sealed interface EvaluationRequest extends Message permits RequestEvaluation, CancelEvaluation {
    /** The evaluation; key of the record. */
    EvaluationId evaluation();
}
