/**
 * GSM8K (Cobbe et al. 2021) as lm-evaluation-harness scores it: {@code Gsm8kDataset} reads problems, {@code Gsm8kVariant} lists the task's four forms,
 * {@code Gsm8kTask} makes prompts and judges answers by {@code FinalAnswer}; {@code SolutionFile} reads solutions that were made elsewhere and
 * {@code SolutionScore} is what each model's come to.
 */
package io.finemesh.score.gsm8k;
