/**
 * Updates fused into the backward pass: {@link io.finemesh.engine.optim.lomo.LomoParameters} follows a {@link io.finemesh.engine.optim.lomo.LomoRule} and keeps
 * next to nothing.
 */
package io.finemesh.engine.optim.lomo;
