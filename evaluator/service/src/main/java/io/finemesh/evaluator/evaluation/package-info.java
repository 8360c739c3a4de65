/**
 * One evaluation from command to result: {@link io.finemesh.evaluator.evaluation.EvaluationDesk} owns the compute thread, {@link
 * io.finemesh.evaluator.evaluation.Evaluation} is one job, {@link io.finemesh.evaluator.evaluation.LoadedModel} a checkpoint in memory, {@link
 * io.finemesh.evaluator.evaluation.ResultShelf} what is already scored, {@code EvaluationFailures} what went wrong in the contract's terms.
 */
package io.finemesh.evaluator.evaluation;
