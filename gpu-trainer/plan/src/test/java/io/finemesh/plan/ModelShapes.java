package io.finemesh.plan;

import io.finemesh.checkpoint.model.ModelConfiguration;
import java.util.Locale;

/** Configurations of well-known models, as far as shapes go. */
public final class ModelShapes {
    private ModelShapes() {}

    public static ModelConfiguration llama3With8B() {
        return llama(128256, 4096, 14336, 32, 32, 8, false);
    }

    public static ModelConfiguration llama2With7B() {
        return llama(32000, 4096, 11008, 32, 32, 32, false);
    }

    public static ModelConfiguration llama32With1B() {
        return llama(128256, 2048, 8192, 16, 32, 8, true);
    }

    /** Four layers, small enough to count by hand. */
    public static ModelConfiguration toy(boolean tied) {
        return llama(256, 64, 176, 4, 4, 2, tied);
    }

    static ModelConfiguration llama(
            int vocabulary, int hidden, int intermediate, int layers, int heads, int keyValueHeads, boolean tied) {
        return ModelConfiguration.parse(String.format(
                Locale.ROOT,
                """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": %d, "hidden_size": %d,
                 "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
                 "head_dim": %d, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                 "tie_word_embeddings": %b, "hidden_act": "silu", "attention_bias": false, "mlp_bias": false,
                 "torch_dtype": "bfloat16", "bos_token_id": 1, "eos_token_id": 2}
                """,
                vocabulary,
                hidden,
                intermediate,
                layers,
                heads,
                keyValueHeads,
                hidden / heads,
                tied));
    }
}
