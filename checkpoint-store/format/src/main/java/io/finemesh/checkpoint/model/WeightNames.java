package io.finemesh.checkpoint.model;

import java.util.EnumMap;
import java.util.Map;

/**
 * The only place that knows how weights are named in Hugging Face files.
 *
 * @param layerPrefix what stands before the layer's index
 * @param outside names of the tensors outside the layers
 * @param inLayer names of a layer's tensors, after its prefix and index
 */
public record WeightNames(String layerPrefix, Map<TensorRole, String> outside, Map<TensorRole, String> inLayer) {
    private static final Map<TensorRole, String> OUTSIDE = Map.of(
            TensorRole.TOKEN_EMBEDDING, "model.embed_tokens.weight",
            TensorRole.FINAL_NORM, "model.norm.weight",
            TensorRole.OUTPUT_HEAD, "lm_head.weight");

    /** Names that Llama introduced and most later decoder families kept. */
    static final WeightNames LLAMA = new WeightNames(
            "model.layers.",
            OUTSIDE,
            Map.ofEntries(
                    Map.entry(TensorRole.INPUT_NORM, "input_layernorm.weight"),
                    Map.entry(TensorRole.QUERY, "self_attn.q_proj.weight"),
                    Map.entry(TensorRole.QUERY_BIAS, "self_attn.q_proj.bias"),
                    Map.entry(TensorRole.KEY, "self_attn.k_proj.weight"),
                    Map.entry(TensorRole.KEY_BIAS, "self_attn.k_proj.bias"),
                    Map.entry(TensorRole.VALUE, "self_attn.v_proj.weight"),
                    Map.entry(TensorRole.VALUE_BIAS, "self_attn.v_proj.bias"),
                    Map.entry(TensorRole.QUERY_NORM, "self_attn.q_norm.weight"),
                    Map.entry(TensorRole.KEY_NORM, "self_attn.k_norm.weight"),
                    Map.entry(TensorRole.ATTENTION_OUTPUT, "self_attn.o_proj.weight"),
                    Map.entry(TensorRole.ATTENTION_OUTPUT_BIAS, "self_attn.o_proj.bias"),
                    Map.entry(TensorRole.POST_ATTENTION_NORM, "post_attention_layernorm.weight"),
                    Map.entry(TensorRole.GATE, "mlp.gate_proj.weight"),
                    Map.entry(TensorRole.GATE_BIAS, "mlp.gate_proj.bias"),
                    Map.entry(TensorRole.UP, "mlp.up_proj.weight"),
                    Map.entry(TensorRole.UP_BIAS, "mlp.up_proj.bias"),
                    Map.entry(TensorRole.DOWN, "mlp.down_proj.weight"),
                    Map.entry(TensorRole.DOWN_BIAS, "mlp.down_proj.bias")));

    /** Llama's, except that {@code post_attention_layernorm} is the norm of attention's output, no longer the norm before the MLP. */
    static final WeightNames GEMMA2 = LLAMA.with(Map.of(
            TensorRole.ATTENTION_OUTPUT_NORM, "post_attention_layernorm.weight",
            TensorRole.POST_ATTENTION_NORM, "pre_feedforward_layernorm.weight",
            TensorRole.MLP_OUTPUT_NORM, "post_feedforward_layernorm.weight"));

    /** Llama's, with fused projections. */
    static final WeightNames PHI3 = LLAMA.with(Map.of(
            TensorRole.QUERY_KEY_VALUE, "self_attn.qkv_proj.weight",
            TensorRole.GATE_UP, "mlp.gate_up_proj.weight"));

    public WeightNames {
        outside = Map.copyOf(outside);
        inLayer = Map.copyOf(inLayer);
    }

    private WeightNames with(Map<TensorRole, String> others) {
        Map<TensorRole, String> all = new EnumMap<>(inLayer);
        all.putAll(others);
        return new WeightNames(layerPrefix, outside, all);
    }

    /** The name of a tensor outside the layers. */
    public String of(TensorRole role) {
        return named(outside, role);
    }

    /** The name of a layer's tensor. */
    public String of(TensorRole role, int layer) {
        return layerPrefix + layer + "." + named(inLayer, role);
    }

    private static String named(Map<TensorRole, String> names, TensorRole role) {
        String name = names.get(role);
        if (name == null) {
            throw new IllegalArgumentException("this family names no tensor " + role);
        }
        return name;
    }
}
