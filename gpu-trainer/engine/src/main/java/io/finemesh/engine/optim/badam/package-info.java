/**
 * Block-coordinate training: {@link io.finemesh.engine.optim.badam.ActiveBlock} holds what a trained block needs beyond its weights;
 * {@link io.finemesh.engine.optim.badam.SlicedBlock} is for blocks finer than parameter groups.
 */
package io.finemesh.engine.optim.badam;
