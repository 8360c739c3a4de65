/**
 * What a model is, without its weights. In flow order: {@link io.finemesh.checkpoint.model.ModelConfiguration} reads
 * {@code config.json} for a {@link io.finemesh.checkpoint.model.ModelFamily};
 * {@link io.finemesh.checkpoint.model.ModelStructure} derives each {@link io.finemesh.checkpoint.model.ExpectedTensor} with its
 * {@link io.finemesh.checkpoint.model.TensorRole} and {@link io.finemesh.checkpoint.model.ParameterGroup}, named by
 * {@link io.finemesh.checkpoint.model.WeightNames}; whatever is wrong is a {@link io.finemesh.checkpoint.model.Problem}.
 */
package io.finemesh.checkpoint.model;
