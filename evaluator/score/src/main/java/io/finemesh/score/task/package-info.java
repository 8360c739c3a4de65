/**
 * What a task is: a {@code Task} gives {@code Example}s, each with a {@code Request} to a model made of a {@code Prompt}; {@code Completion} and
 * {@code ContextWindow} say how a model's output and input are cut; the task turns a {@code Response} into {@code Verdict}s, and {@code TaskScore} is what they
 * come to.
 */
package io.finemesh.score.task;
