package io.finemesh.checkpoint.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What distinguishes one family of decoders from another, as data: a later family is one more constant, and a field here where it
 * differs in kind. Which norms and projections a family has follows from the roles of its tensors.
 *
 * @param modelType value of {@code model_type}
 * @param architecture value of {@code architectures} for the causal language model
 * @param names how its weights are named
 * @param layerRoles the tensors of each layer that has no biases, in their order within the layer's blob
 * @param normScale of all its norms
 * @param embeddingScaled whether token embeddings are multiplied by the square root of the hidden size
 * @param biases which projections have a bias
 * @param windows which layers see a window only
 * @param defaults what absent fields mean
 * @param features fields of {@link ConfigurationFeatures} it implements
 */
public record ModelFamily(
        String modelType,
        String architecture,
        WeightNames names,
        List<TensorRole> layerRoles,
        NormScale normScale,
        boolean embeddingScaled,
        BiasRule biases,
        WindowRule windows,
        FamilyDefaults defaults,
        Set<String> features) {

    /** Which projections have a bias. */
    public enum BiasRule {
        /** Attention's if {@code attention_bias}, the MLP's if {@code mlp_bias}. */
        AS_CONFIGURED,
        /** Query, key and value, whatever the configuration says. */
        QUERY_KEY_VALUE
    }

    /** Which layers see a window of {@code sliding_window} tokens only. */
    public enum WindowRule {
        /** None. */
        NONE,
        /** All, where {@code sliding_window} is set. */
        EVERY_LAYER,
        /** Those from {@code max_window_layers} on or as {@code layer_types} says, if {@code use_sliding_window}. */
        LAST_LAYERS_IF_ASKED,
        /** The first, third, fifth, ... or as {@code layer_types} says. */
        ALTERNATING,
        /** All but every {@code sliding_window_pattern}-th, or as {@code layer_types} says; with a rotary base of their own. */
        ALL_BUT_EVERY_NTH
    }

    /** Buffers that old files carry although they are computed, never loaded. */
    private static final Pattern COMPUTED =
            Pattern.compile("model\\.layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq");

    private static final List<TensorRole> PLAIN_LAYER = List.of(
            TensorRole.INPUT_NORM,
            TensorRole.QUERY,
            TensorRole.KEY,
            TensorRole.VALUE,
            TensorRole.ATTENTION_OUTPUT,
            TensorRole.POST_ATTENTION_NORM,
            TensorRole.GATE,
            TensorRole.UP,
            TensorRole.DOWN);

    private static final Set<String> LAYER_WINDOWS =
            Set.of("sliding_window", "use_sliding_window", "max_window_layers", "layer_types");

    private static final Set<String> GEMMA2_FEATURES = Set.of(
            "attention_bias",
            "hidden_activation",
            "sliding_window",
            "layer_types",
            "query_pre_attn_scalar",
            "attn_logit_softcapping",
            "final_logit_softcapping");

    /** Llama 1 to 3.3 and everything saved as {@code LlamaForCausalLM}. */
    public static final ModelFamily LLAMA = new ModelFamily(
            "llama",
            "LlamaForCausalLM",
            WeightNames.LLAMA,
            PLAIN_LAYER,
            NormScale.WEIGHT,
            false,
            BiasRule.AS_CONFIGURED,
            WindowRule.NONE,
            FamilyDefaults.plain().maxPositions(2048).build(),
            Set.of("attention_bias", "mlp_bias"));

    /** Mistral 7B and its like (arXiv:2310.06825). */
    public static final ModelFamily MISTRAL = new ModelFamily(
            "mistral",
            "MistralForCausalLM",
            WeightNames.LLAMA,
            PLAIN_LAYER,
            NormScale.WEIGHT,
            false,
            BiasRule.AS_CONFIGURED,
            WindowRule.EVERY_LAYER,
            FamilyDefaults.plain()
                    .maxPositions(131_072)
                    .keyValueHeads(8)
                    .window(4096)
                    .build(),
            Set.of("sliding_window"));

    /** Qwen2 and Qwen2.5 (arXiv:2407.10671). */
    public static final ModelFamily QWEN2 = new ModelFamily(
            "qwen2",
            "Qwen2ForCausalLM",
            WeightNames.LLAMA,
            PLAIN_LAYER,
            NormScale.WEIGHT,
            false,
            BiasRule.QUERY_KEY_VALUE,
            WindowRule.LAST_LAYERS_IF_ASKED,
            FamilyDefaults.plain()
                    .maxPositions(32_768)
                    .keyValueHeads(32)
                    .window(4096)
                    .build(),
            LAYER_WINDOWS);

    /** Qwen3, dense (arXiv:2505.09388). */
    public static final ModelFamily QWEN3 = new ModelFamily(
            "qwen3",
            "Qwen3ForCausalLM",
            WeightNames.LLAMA,
            List.of(
                    TensorRole.INPUT_NORM,
                    TensorRole.QUERY,
                    TensorRole.KEY,
                    TensorRole.VALUE,
                    TensorRole.QUERY_NORM,
                    TensorRole.KEY_NORM,
                    TensorRole.ATTENTION_OUTPUT,
                    TensorRole.POST_ATTENTION_NORM,
                    TensorRole.GATE,
                    TensorRole.UP,
                    TensorRole.DOWN),
            NormScale.WEIGHT,
            false,
            BiasRule.AS_CONFIGURED,
            WindowRule.LAST_LAYERS_IF_ASKED,
            FamilyDefaults.plain()
                    .maxPositions(32_768)
                    .keyValueHeads(32)
                    .headDimension(128)
                    .window(4096)
                    .build(),
            ConfigurationFeatures.union(LAYER_WINDOWS, Set.of("attention_bias")));

    /** Gemma (arXiv:2403.08295). */
    public static final ModelFamily GEMMA = new ModelFamily(
            "gemma",
            "GemmaForCausalLM",
            WeightNames.LLAMA,
            PLAIN_LAYER,
            NormScale.ONE_PLUS_WEIGHT,
            true,
            BiasRule.AS_CONFIGURED,
            WindowRule.NONE,
            FamilyDefaults.gemma().keyValueHeads(16).build(),
            Set.of("attention_bias", "hidden_act", "hidden_activation"));

    /** Gemma 2 (arXiv:2408.00118). */
    public static final ModelFamily GEMMA2 = new ModelFamily(
            "gemma2",
            "Gemma2ForCausalLM",
            WeightNames.GEMMA2,
            List.of(
                    TensorRole.INPUT_NORM,
                    TensorRole.QUERY,
                    TensorRole.KEY,
                    TensorRole.VALUE,
                    TensorRole.ATTENTION_OUTPUT,
                    TensorRole.ATTENTION_OUTPUT_NORM,
                    TensorRole.POST_ATTENTION_NORM,
                    TensorRole.GATE,
                    TensorRole.UP,
                    TensorRole.DOWN,
                    TensorRole.MLP_OUTPUT_NORM),
            NormScale.ONE_PLUS_WEIGHT,
            true,
            BiasRule.AS_CONFIGURED,
            WindowRule.ALTERNATING,
            FamilyDefaults.gemma()
                    .keyValueHeads(4)
                    .window(4096)
                    .softCaps(50, 30)
                    .build(),
            GEMMA2_FEATURES);

    /** The text model of Gemma 3 (arXiv:2503.19786). */
    public static final ModelFamily GEMMA3 = new ModelFamily(
            "gemma3_text",
            "Gemma3ForCausalLM",
            WeightNames.GEMMA2,
            List.of(
                    TensorRole.INPUT_NORM,
                    TensorRole.QUERY,
                    TensorRole.KEY,
                    TensorRole.VALUE,
                    TensorRole.QUERY_NORM,
                    TensorRole.KEY_NORM,
                    TensorRole.ATTENTION_OUTPUT,
                    TensorRole.ATTENTION_OUTPUT_NORM,
                    TensorRole.POST_ATTENTION_NORM,
                    TensorRole.GATE,
                    TensorRole.UP,
                    TensorRole.DOWN,
                    TensorRole.MLP_OUTPUT_NORM),
            NormScale.ONE_PLUS_WEIGHT,
            true,
            BiasRule.AS_CONFIGURED,
            WindowRule.ALL_BUT_EVERY_NTH,
            FamilyDefaults.gemma()
                    .maxPositions(131_072)
                    .keyValueHeads(4)
                    .window(4096)
                    .theta(1_000_000)
                    .build(),
            ConfigurationFeatures.union(GEMMA2_FEATURES, Set.of("sliding_window_pattern", "rope_local_base_freq")));

    /** Phi-3 and Phi-3.5 mini and medium, Phi-4 (arXiv:2404.14219). */
    public static final ModelFamily PHI3 = new ModelFamily(
            "phi3",
            "Phi3ForCausalLM",
            WeightNames.PHI3,
            List.of(
                    TensorRole.INPUT_NORM,
                    TensorRole.QUERY_KEY_VALUE,
                    TensorRole.ATTENTION_OUTPUT,
                    TensorRole.POST_ATTENTION_NORM,
                    TensorRole.GATE_UP,
                    TensorRole.DOWN),
            NormScale.WEIGHT,
            false,
            BiasRule.AS_CONFIGURED,
            WindowRule.EVERY_LAYER,
            FamilyDefaults.plain().maxPositions(4096).epsilon(1e-5).build(),
            Set.of("sliding_window", "partial_rotary_factor", "original_max_position_embeddings", "auto_map"));

    /** Every family this version can train. */
    public static final Set<ModelFamily> SUPPORTED = Set.of(LLAMA, MISTRAL, QWEN2, QWEN3, GEMMA, GEMMA2, GEMMA3, PHI3);

    public ModelFamily {
        layerRoles = List.copyOf(layerRoles);
        features = Set.copyOf(features);
    }

    /** The family with this {@code model_type}. */
    public static Optional<ModelFamily> of(String modelType) {
        return SUPPORTED.stream()
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    /** Names of buffers old files carry although they are computed, never loaded. */
    public Pattern ignoredTensors() {
        return COMPUTED;
    }

    /** The window's default size; absent where an absent field means none. */
    OptionalInt defaultWindow() {
        return defaults.window();
    }

    /** The supported values of {@code model_type}, for messages. */
    static String supportedTypes() {
        return SUPPORTED.stream().map(ModelFamily::modelType).sorted().collect(Collectors.joining(", "));
    }
}
