/**
 * Evaluations: the scheduler asks for one of a committed checkpoint with {@link io.finemesh.contract.evaluation.EvaluateCheckpoint}, people with {@link
 * io.finemesh.contract.evaluation.RequestEvaluation}; the evaluator that leads it spreads it as {@link io.finemesh.contract.evaluation.ScoreRange}, and {@link
 * io.finemesh.contract.evaluation.EvaluationEvent}s tell its progress and its scores, whose figures {@link io.finemesh.contract.evaluation.TaskMetrics} names.
 */
package io.finemesh.contract.evaluation;
