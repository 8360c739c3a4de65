/**
 * Result files in lm-evaluation-harness's layout, as texts: {@code SamplesFile} holds a line for each sample and filter, {@code ResultsFile} the figures
 * and the facts of the run, {@code RunFacts}.
 */
package io.finemesh.score.harness;
