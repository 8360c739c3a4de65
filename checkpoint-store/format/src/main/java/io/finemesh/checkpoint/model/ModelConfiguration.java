package io.finemesh.checkpoint.model;

import io.finemesh.checkpoint.safetensors.Dtype;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A decoder as Hugging Face {@code config.json} describes it, validated: every value is usable, every combination is possible.
 * Reads the spelling of transformers 4 ({@code rope_theta}, {@code rope_scaling}, {@code torch_dtype}) and of transformers 5
 * ({@code rope_parameters}, {@code dtype}).
 *
 * @param modelType {@code model_type}; see {@link ModelFamily#SUPPORTED}
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code hidden_size}
 * @param intermediateSize {@code intermediate_size}
 * @param layerCount {@code num_hidden_layers}
 * @param attentionHeads {@code num_attention_heads}
 * @param keyValueHeads {@code num_key_value_heads}, which divides {@code attentionHeads}
 * @param headDimension {@code head_dim}, even
 * @param maxPositions {@code max_position_embeddings}
 * @param rmsNormEpsilon {@code rms_norm_eps}
 * @param tiedEmbeddings {@code tie_word_embeddings}: the output head is the token embedding
 * @param activation {@code hidden_act} or {@code hidden_activation}
 * @param parts how its parts are made where families differ
 * @param dtype {@code dtype} or {@code torch_dtype}: the type the weights were saved in, when it is said
 * @param bosTokenId {@code bos_token_id}
 * @param eosTokenIds {@code eos_token_id}, which may be one id or a list; empty when absent
 * @param padTokenId {@code pad_token_id}
 * @param json the text this was parsed from, unchanged, so that unknown fields survive a round trip
 */
public record ModelConfiguration(
        String modelType,
        int vocabularySize,
        int hiddenSize,
        int intermediateSize,
        int layerCount,
        int attentionHeads,
        int keyValueHeads,
        int headDimension,
        int maxPositions,
        double rmsNormEpsilon,
        boolean tiedEmbeddings,
        Activation activation,
        DecoderParts parts,
        Optional<Dtype> dtype,
        OptionalInt bosTokenId,
        List<Integer> eosTokenIds,
        OptionalInt padTokenId,
        String json) {

    public ModelConfiguration {
        eosTokenIds = List.copyOf(eosTokenIds);
    }

    /**
     * Parses a {@code config.json}.
     *
     * @throws ModelConfigurationException listing every unsupported or impossible field at once
     */
    public static ModelConfiguration parse(byte[] json) {
        return ConfigurationReader.read(json);
    }

    /**
     * Parses the text of a {@code config.json}.
     *
     * @throws ModelConfigurationException listing every unsupported or impossible field at once
     */
    public static ModelConfiguration parse(String json) {
        return ConfigurationReader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    /** What a layer's attention reaches. @param index from 0, input side first */
    public LayerAttention attention(int index) {
        return parts.layers().get(index);
    }

    /** The family's data. */
    public ModelFamily family() {
        // Present because parsing refuses every other model type.
        return ModelFamily.of(modelType).orElseThrow();
    }
}
