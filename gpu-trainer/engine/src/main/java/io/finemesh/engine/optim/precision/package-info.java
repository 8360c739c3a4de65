/**
 * How small updates reach weights stored in bf16: {@link io.finemesh.engine.optim.precision.WeightRounding} names the choices,
 * {@link io.finemesh.engine.optim.precision.StoredWeights} are the weights of a group with what the choice needs beside them, and
 * {@link io.finemesh.engine.optim.precision.StochasticRounding} rounds with random bits that are a function of seed, step, tensor and element.
 */
package io.finemesh.engine.optim.precision;
