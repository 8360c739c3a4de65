package io.finemesh.checkpoint.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What distinguishes one family of decoders from another, as data: a later family is one more constant, and a field here where it
 * differs in kind.
 *
 * @param modelType value of {@code model_type}
 * @param architecture value of {@code architectures} for the causal language model
 * @param activations supported values of {@code hidden_act}, the default first
 * @param defaultMaxPositions what {@code max_position_embeddings} means when absent
 * @param defaultRmsNormEpsilon what {@code rms_norm_eps} means when absent
 * @param names how its weights are named
 * @param layerRoles the tensors of each layer that has no biases, in their order within the layer's blob
 * @param ignoredTensors names of buffers old files carry although they are computed, never loaded
 */
public record ModelFamily(
        String modelType,
        String architecture,
        List<Activation> activations,
        int defaultMaxPositions,
        double defaultRmsNormEpsilon,
        WeightNames names,
        List<TensorRole> layerRoles,
        Pattern ignoredTensors) {

    /** Llama 1 to 3 and everything saved as {@code LlamaForCausalLM}; defaults as in transformers' {@code LlamaConfig}. */
    public static final ModelFamily LLAMA = new ModelFamily(
            "llama",
            "LlamaForCausalLM",
            List.of(Activation.SILU),
            2048,
            1e-6,
            WeightNames.LLAMA,
            List.of(
                    TensorRole.INPUT_NORM,
                    TensorRole.QUERY,
                    TensorRole.KEY,
                    TensorRole.VALUE,
                    TensorRole.ATTENTION_OUTPUT,
                    TensorRole.POST_ATTENTION_NORM,
                    TensorRole.GATE,
                    TensorRole.UP,
                    TensorRole.DOWN),
            Pattern.compile("model\\.layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq"));

    /** Every family this version can train. */
    public static final Set<ModelFamily> SUPPORTED = Set.of(LLAMA);

    public ModelFamily {
        activations = List.copyOf(activations);
        layerRoles = List.copyOf(layerRoles);
    }

    /** The family with this {@code model_type}. */
    public static Optional<ModelFamily> of(String modelType) {
        return SUPPORTED.stream()
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    /** The supported values of {@code model_type}, for messages. */
    static String supportedTypes() {
        return SUPPORTED.stream().map(ModelFamily::modelType).sorted().collect(Collectors.joining(", "));
    }
}
