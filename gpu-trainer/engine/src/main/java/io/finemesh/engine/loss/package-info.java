/**
 * From the last layer's states to a loss, and nothing that changes a weight. {@link io.finemesh.engine.loss.LabelledLoss} is final norm, head and
 * cross-entropy over labelled tokens, for training ({@link io.finemesh.engine.loss.GradientSink} takes the top's gradients, of a {@link io.finemesh.engine.loss.RowRange} where only some rows are trained) and for measuring;
 * {@link io.finemesh.engine.loss.EvaluationPass} measures held-out documents with it and gives an {@link io.finemesh.engine.loss.EvaluationReport}.
 */
package io.finemesh.engine.loss;
