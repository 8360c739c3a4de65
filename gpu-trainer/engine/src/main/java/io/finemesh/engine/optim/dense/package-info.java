/** Training in all coordinates: {@link io.finemesh.engine.optim.dense.DenseParameters} with any moments of {@code optim.moment} and any rounding of {@code optim.precision}. */
package io.finemesh.engine.optim.dense;
