package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.evaluator.answer.Answerer;

/** Makes who answers in the engine's place. */
@FunctionalInterface
public interface RemoteAnswers {
    /**
     * Whoever answers for a remote model.
     *
     * @throws EvaluationException if it cannot be asked: no such secret, or no such address
     */
    Answerer of(RemoteModel model) throws EvaluationException;
}
