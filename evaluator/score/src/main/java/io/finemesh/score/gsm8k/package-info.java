/**
 * GSM8K (Cobbe et al. 2021) as lm-evaluation-harness scores it: {@code Gsm8kDataset} reads problems, {@code Gsm8kVariant} lists the task's four forms,
 * {@code Gsm8kTask} makes prompts and judges answers by {@code FinalAnswer}; {@code Gsm8kSolutions} scores solutions that were made
 * elsewhere.
 */
package io.finemesh.score.gsm8k;
