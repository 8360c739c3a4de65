package io.finemesh.checkpoint.model;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * How a decoder's parts are made where families differ. Which norms and projections there are follows from the family's tensors, see
 * {@link ModelStructure}.
 *
 * @param normScale of every norm
 * @param biases roles of the biases its projections have
 * @param embeddingScale by which token embeddings are multiplied before the first layer
 * @param attentionScale by which products of queries and keys are multiplied
 * @param attentionSoftCap c of {@code c * tanh(score / c)}, applied to scaled scores before the mask; absent for none
 * @param logitSoftCap the same for the output's logits
 * @param layers one per layer, input side first
 */
public record DecoderParts(
        NormScale normScale,
        Set<TensorRole> biases,
        double embeddingScale,
        double attentionScale,
        OptionalDouble attentionSoftCap,
        OptionalDouble logitSoftCap,
        List<LayerAttention> layers) {

    public DecoderParts {
        biases = Set.copyOf(biases);
        layers = List.copyOf(layers);
    }
}
