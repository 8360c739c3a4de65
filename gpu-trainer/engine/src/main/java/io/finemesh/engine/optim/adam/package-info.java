/** AdamW: {@link io.finemesh.engine.optim.adam.AdamHyperparameters}, and {@link io.finemesh.engine.optim.adam.AdamW} with the moments. */
package io.finemesh.engine.optim.adam;
