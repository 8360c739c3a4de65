package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.wire.Envelope;

/** How an evaluator is heard. Each call returns when what was said is durable, and throws when it is not. */
public interface Voice {
    /** Says what became of something. */
    void say(Envelope<?> cause, EvaluationEvent event);

    /** Asks every evaluator, this one too, to answer a range of questions. */
    void ask(Envelope<?> cause, ScoreRange range);
}
