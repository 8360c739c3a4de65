/**
 * From gradients to new weights. {@link io.finemesh.engine.optim.ActiveParameters} is what a method trains at present; each optimizer step it begins an
 * {@link io.finemesh.engine.optim.OptimizerStep}, a {@link io.finemesh.engine.optim.LayerGradientSink} that says in which
 * {@link io.finemesh.engine.optim.GradientForm} it wants each gradient and in which {@link io.finemesh.engine.optim.Traversal} the batch is to be visited.
 * {@link io.finemesh.engine.optim.Gradients} sums them as tensors. {@code optim.badam} is one block with its master weights; {@code optim.adam} updates.
 */
package io.finemesh.engine.optim;
