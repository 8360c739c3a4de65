package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.evaluator.answer.Answerer;
import io.finemesh.evaluator.answer.TurnWriter;
import io.finemesh.evaluator.judge.Judge;
import io.finemesh.evaluator.server.ModelServer;

/** Makes who answers, and who judges, in the engine's place. */
public interface RemoteAnswers {
    /**
     * Whoever answers for a remote model.
     *
     * @throws EvaluationException if it cannot be asked: no such secret, or no such address
     */
    Answerer of(RemoteModel model) throws EvaluationException;

    /**
     * Whoever answers open questions for a remote model.
     *
     * @throws EvaluationException if it cannot be asked: no such secret, or no such address
     */
    TurnWriter turns(RemoteModel model) throws EvaluationException;

    /** What an evaluation may spend on a remote judge at most. */
    JudgeBudget ceiling();

    /**
     * A remote model that judges.
     *
     * @param budget what it may cost
     * @throws EvaluationException if it cannot be asked: no such secret, or no such address
     */
    Judge judge(RemoteModel model, ModelServer.Budget budget) throws EvaluationException;
}
