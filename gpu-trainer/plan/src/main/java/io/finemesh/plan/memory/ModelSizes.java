package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;

/**
 * Parameters of a model, counted from its structure.
 *
 * @param structure the model's
 */
record ModelSizes(ModelStructure structure) {
    static ModelSizes of(ModelConfiguration configuration) {
        return new ModelSizes(ModelStructure.of(configuration));
    }

    /** Parameters of the largest decoder layer. */
    long largestLayer() {
        return structure.groups().stream()
                .filter(ParameterGroup.Layer.class::isInstance)
                .mapToLong(structure::parameterCount)
                .max()
                .orElseThrow();
    }
}
