package io.finemesh.checkpoint.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Fields that change what a model computes. One that a configuration sets and its family does not implement is refused by name: computed
 * without it, the model would be another one, and nothing would say so. Other unknown fields (of tools, of training) change nothing and pass.
 */
final class ConfigurationFeatures {
    /** Neutral when null, false, 0, empty, or "default". */
    private static final Set<String> SWITCHES = Set.copyOf(List.of(
            "activation_sparsity_pattern",
            "add_cross_attention",
            "alibi",
            "altup_num_inputs",
            "attention_bias",
            "attention_chunk_size",
            "attention_sinks",
            "attn_logit_softcapping",
            "attn_temperature_tuning",
            "chunk_size_feed_forward",
            "clip_qkv",
            "cross_attention_hidden_size",
            "dual_chunk_attention_config",
            "embd_pdrop",
            "final_logit_softcapping",
            "first_k_dense_replace",
            "hidden_dropout",
            "hidden_dropout_prob",
            "hidden_size_per_layer_input",
            "is_encoder_decoder",
            "kv_lora_rank",
            "laurel_rank",
            "mlp_bias",
            "mlp_only_layers",
            "moe_intermediate_size",
            "n_routed_experts",
            "n_shared_experts",
            "no_rope_layer_interval",
            "no_rope_layers",
            "num_experts",
            "num_experts_per_tok",
            "num_kv_shared_layers",
            "num_local_experts",
            "num_nextn_predict_layers",
            "pruned_heads",
            "q_lora_rank",
            "qk_layernorm",
            "qk_norm",
            "qkv_bias",
            "query_pre_attn_scalar",
            "resid_pdrop",
            "rope_interleaved",
            "rope_local_base_freq",
            "shared_expert_intermediate_size",
            "sliding_window",
            "sliding_window_pattern",
            "text_config",
            "tie_encoder_decoder",
            "use_alibi",
            "use_bidirectional_attention",
            "use_mrope",
            "use_parallel_residual",
            "use_qk_norm",
            "use_qkv_bias",
            "use_sliding_window",
            "vision_config"));

    /** Neutral when absent, null or 1. */
    private static final Set<String> FACTORS = Set.of(
            "attention_multiplier", "embedding_multiplier", "logit_scale", "logits_scaling", "residual_multiplier");

    private ConfigurationFeatures() {}

    static Set<String> union(Collection<String> some, Collection<String> more) {
        Set<String> all = new HashSet<>(some);
        all.addAll(more);
        return Set.copyOf(all);
    }

    /** Notes each feature that is asked for and that the family lacks. */
    static void refuseMissing(ConfigurationFields fields, ModelFamily family) {
        Set<String> names = new TreeSet<>(SWITCHES);
        names.addAll(FACTORS);
        names.removeAll(family.features());
        for (String name : names) {
            JsonNode value = fields.value(name);
            if (value != null && !(FACTORS.contains(name) ? isOne(value) : isOff(value))) {
                fields.problem(name, "absent; models of type " + family.modelType() + " are computed without it");
            }
        }
    }

    private static boolean isOne(JsonNode value) {
        return value.isNumber() && value.doubleValue() == 1;
    }

    private static boolean isOff(JsonNode value) {
        return (value.isBoolean() && !value.booleanValue())
                || (value.isNumber() && value.doubleValue() == 0)
                || (value.isContainerNode() && value.isEmpty())
                || (value.isTextual() && value.textValue().isEmpty());
    }
}
