/**
 * Evaluations from command to result: {@link io.finemesh.evaluator.evaluation.EvaluationDesk} owns the threads; {@code EvaluationLead} leads an {@link io.finemesh.evaluator.evaluation.EvaluationJob} with
 * {@code JobPlanner}, which cuts it into ranges, {@link io.finemesh.evaluator.evaluation.RangeShelf}, which knows those that are answered, and {@code TaskMerger}, which judges all answers and writes
 * records with {@code ResultsWriter}; {@code RangeWork} answers a range with a {@code LoadedModel}, or of open questions with {@code OpenRange} and {@code OpenWork}, or of an update
 * report with {@code ChangeWork}, for which {@code Lineage} finds what a checkpoint is compared with; {@link io.finemesh.evaluator.evaluation.ResultShelf} is what is already
 * scored, {@code JudgeShares} what a range may spend on a judge, {@code JudgeAccount} what it has spent, {@code SpendingShelf} what others said that they spend, {@code Wanted} what nobody waits for, {@link io.finemesh.evaluator.evaluation.Voice} how it is heard, {@code EvaluationFailures} what went wrong in the contract's terms.
 */
package io.finemesh.evaluator.evaluation;
