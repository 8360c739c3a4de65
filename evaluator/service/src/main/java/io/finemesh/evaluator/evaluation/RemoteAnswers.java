package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.judge.Judge;

/** Makes who answers, and who judges, in the engine's place. */
public interface RemoteAnswers {
    /**
     * Whoever answers for a remote model.
     *
     * @throws EvaluationException if it cannot be asked: no such secret, or no such address
     */
    Answerer of(RemoteModel model) throws EvaluationException;

    /**
     * A remote model that judges.
     *
     * @throws EvaluationException if it cannot be asked: no such secret, or no such address
     */
    Judge judge(RemoteModel model) throws EvaluationException;
}
