/**
 * From gradients to new weights: {@link io.finemesh.engine.optim.Gradients} of the trained groups; {@code optim.badam} says which parameters are active
 * and holds their master weights; {@code optim.adam} updates them.
 */
package io.finemesh.engine.optim;
