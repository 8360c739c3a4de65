/**
 * Figures with standard errors, by lm-evaluation-harness's formulas: {@code Figure} is one, {@code Mean}, {@code Statistic} and {@code Bootstrap} compute
 * them from samples, {@code TaskGroup} combines those of several tasks.
 */
package io.finemesh.score.figure;
