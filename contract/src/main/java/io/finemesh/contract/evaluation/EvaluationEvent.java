package io.finemesh.contract.evaluation;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.util.Optional;

/** What an evaluator says. Owner: evaluator. */
public sealed interface EvaluationEvent extends Message
        permits EvaluationStarted, RangeScored, RangeFailed, JudgeSpending, EvaluationCompleted, EvaluationFailed {
    /** The run that asked, if one did. */
    Optional<RunId> runId();

    /** The evaluation. */
    EvaluationId evaluation();

    /** What is scored. */
    CheckpointId checkpoint();

    /** Key of the record: the run that asked, or the evaluation where none did. */
    default String subject() {
        return runId().map(RunId::value).orElseGet(() -> evaluation().value());
    }
}
