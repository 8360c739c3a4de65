package io.finemesh.checkpoint.change;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.TensorRole;
import java.util.List;
import java.util.Optional;

/**
 * One of the two models that are compared.
 *
 * @param tensors what it holds
 * @param tiedHead name that its output head would have if it were not tied to the embedding; empty where it is not tied, or nothing says so
 */
public record ModelSide(List<TensorFacts> tensors, Optional<String> tiedHead) {
    public ModelSide {
        tensors = List.copyOf(tensors);
    }

    /** A model with its configuration; without one nothing is known to be tied. */
    public static ModelSide of(List<TensorFacts> tensors, Optional<ModelConfiguration> configuration) {
        return new ModelSide(
                tensors,
                configuration
                        .filter(ModelConfiguration::tiedEmbeddings)
                        .map(model -> model.family().names().of(TensorRole.OUTPUT_HEAD)));
    }
}
