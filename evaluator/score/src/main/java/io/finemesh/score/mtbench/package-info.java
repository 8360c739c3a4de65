/**
 * MT-bench (Zheng et al. 2023) as FastChat's {@code llm_judge} runs it: {@code Question}s are answered with the settings of {@code Category} and cut by
 * {@code AnswerText}; {@code Matches} pairs questions and {@code ModelAnswer}s with a {@code JudgePrompt} into {@code JudgeRequest}s; what a judge replies is read by
 * {@code Rating} or {@code PairVerdict} into a {@code Judgment} or {@code PairJudgment}, kept in files that {@code JudgmentFile} reads, and summed up by
 * {@code MtBenchScore} and {@code PairScore}.
 */
package io.finemesh.score.mtbench;
