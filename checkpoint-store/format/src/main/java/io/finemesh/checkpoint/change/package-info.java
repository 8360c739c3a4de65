/**
 * What an update did to a model's weights, tensor by tensor. {@link io.finemesh.checkpoint.change.TensorPairs} says which tensors of two models belong together ({@link
 * io.finemesh.checkpoint.change.ModelSide} is one of them, {@link io.finemesh.checkpoint.change.TensorFacts} what is known of a tensor before its bytes are read); {@link
 * io.finemesh.checkpoint.change.Comparison} goes through the pairs with a {@link io.finemesh.checkpoint.change.ChangeMeter} for the arithmetic; each pair gives a {@link
 * io.finemesh.checkpoint.change.TensorChange}, of a matrix with its {@link io.finemesh.checkpoint.change.Spectrum}, or a {@link io.finemesh.checkpoint.change.Finding} where there is nothing to measure;
 * {@link io.finemesh.checkpoint.change.UpdateReport} sums them up, {@link io.finemesh.checkpoint.change.ReportJson} and {@link io.finemesh.checkpoint.change.ReportText} write it.
 */
package io.finemesh.checkpoint.change;
