/** Block-coordinate training: {@link io.finemesh.engine.optim.badam.ActiveBlock} holds what a trained block needs beyond its weights. */
package io.finemesh.engine.optim.badam;
