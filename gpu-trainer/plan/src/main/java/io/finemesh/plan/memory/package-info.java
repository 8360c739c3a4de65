/**
 * How much memory a run needs, from shapes alone: a {@link io.finemesh.plan.memory.MemoryPlan} puts a model configuration, a
 * {@link io.finemesh.plan.memory.MethodShape}, {@link io.finemesh.plan.memory.FloatFormat}s and a
 * {@link io.finemesh.plan.memory.BatchShape} together, {@link io.finemesh.plan.memory.ModelSizes} counts,
 * {@link io.finemesh.plan.memory.PeakMoments} finds the worst moment, the
 * {@link io.finemesh.plan.memory.MemoryEstimate} is the sum by component, and the {@link io.finemesh.plan.memory.MemoryVerdict} says whether a
 * budget is enough and, where it is not, which {@link io.finemesh.plan.memory.MemoryAlternative}s would be.
 */
package io.finemesh.plan.memory;
