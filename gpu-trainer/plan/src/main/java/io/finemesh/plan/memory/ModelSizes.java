package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.TensorRole;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Parameters of a model, counted from its structure once for many estimates.
 *
 * @param structure the model's
 * @param largestLayer parameters of the largest decoder layer
 * @param layerRoles of a layer's tensors
 */
record ModelSizes(ModelStructure structure, long largestLayer, Set<TensorRole> layerRoles) {
    static ModelSizes of(ModelConfiguration configuration) {
        return of(ModelStructure.of(configuration));
    }

    static ModelSizes of(ModelStructure structure) {
        return new ModelSizes(
                structure,
                structure.groups().stream()
                        .filter(ParameterGroup.Layer.class::isInstance)
                        .mapToLong(structure::parameterCount)
                        .max()
                        .orElseThrow(),
                structure.tensorsOf(new ParameterGroup.Layer(0)).stream()
                        .map(ExpectedTensor::role)
                        .collect(Collectors.toUnmodifiableSet()));
    }
}
