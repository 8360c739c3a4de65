/**
 * Orders that are functions of a seed and a counter alone, so that a resumed run visits blocks and samples exactly as
 * an undisturbed one: {@link io.finemesh.plan.shuffle.SeededPermutation}, told apart by
 * {@link io.finemesh.plan.shuffle.Purpose}; {@link io.finemesh.plan.shuffle.SampleOrder} says which samples a step reads.
 */
package io.finemesh.plan.shuffle;
