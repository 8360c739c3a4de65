/**
 * How much memory a run needs, from shapes alone: a {@link io.finemesh.plan.memory.MemoryPlan} puts a model configuration, a
 * {@link io.finemesh.plan.memory.MethodShape} (with {@link io.finemesh.plan.memory.InnerOptimizer},
 * {@link io.finemesh.plan.memory.Projection} and {@link io.finemesh.plan.memory.WeightCopy}), {@link io.finemesh.plan.memory.FloatFormat}s and a
 * {@link io.finemesh.plan.memory.BatchShape} together. {@link io.finemesh.plan.memory.LoraTargets} finds the matrices that adapters may stand
 * beside, {@link io.finemesh.plan.memory.MethodProblems} says what the model does not allow,
 * {@link io.finemesh.plan.memory.TrainedCost} what being trained costs, {@link io.finemesh.plan.memory.PeakMoments} finds the worst moment
 * ({@link io.finemesh.plan.memory.ModelSizes} counts), the {@link io.finemesh.plan.memory.MemoryEstimate} is the sum by component, and the
 * {@link io.finemesh.plan.memory.MemoryVerdict} says whether a budget is enough and, where it is not, which
 * {@link io.finemesh.plan.memory.MemoryAlternative}s of {@link io.finemesh.plan.memory.MemoryAlternatives} would be.
 */
package io.finemesh.plan.memory;
