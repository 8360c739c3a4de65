/**
 * From gradients to new weights. {@link io.finemesh.engine.optim.ActiveParameters} is what a method trains at present; each optimizer step it begins an
 * {@link io.finemesh.engine.optim.OptimizerStep}, a {@link io.finemesh.engine.optim.LayerGradientSink} that says in which
 * {@link io.finemesh.engine.optim.GradientForm} it wants each gradient and in which {@link io.finemesh.engine.optim.Traversal} the batch is to be visited.
 * {@link io.finemesh.engine.optim.Gradients} sums them as tensors; settings that cannot work are an {@link io.finemesh.engine.optim.InvalidMethodException}.
 * {@link io.finemesh.engine.optim.UpdateTrial} drives a method by hand.
 *
 * <p>The methods: {@code optim.badam} is one block with its master weights and {@code optim.adam} what updates it, {@code optim.dense} trains all coordinates,
 * {@code optim.galore} a subspace, {@code optim.lora} adapters, {@code optim.lomo} during the backward pass. They share what is kept of past gradients
 * ({@code optim.moment}) and how small updates reach bf16 weights ({@code optim.precision}).
 */
package io.finemesh.engine.optim;
