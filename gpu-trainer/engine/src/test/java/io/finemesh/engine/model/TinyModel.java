package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.NormScale;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Small models with closed-form weights: the same everywhere, no generator and no file. */
public final class TinyModel {
    /** Threads every test computes with. */
    public static final int THREADS = 1;

    private TinyModel() {}

    /** Two layers, grouped keys, tied head. */
    public static ModelConfiguration tied() {
        return configuration(2, 32, 4, 2, 48, 67, true, false);
    }

    /** Three layers, grouped keys, own head. */
    public static ModelConfiguration untied() {
        return configuration(3, 32, 4, 2, 48, 67, false, false);
    }

    /** One layer with biases everywhere. */
    public static ModelConfiguration biased() {
        return configuration(1, 24, 3, 3, 40, 50, false, true);
    }

    /** One of each family, with everything the family can do that Llama cannot: windows shorter than documents, soft caps, norms of heads. */
    public static Stream<ModelConfiguration> families() {
        return Stream.of(
                family("mistral", "MistralForCausalLM", "\"hidden_act\": \"silu\", \"sliding_window\": 7"),
                family(
                        "qwen2",
                        "Qwen2ForCausalLM",
                        "\"hidden_act\": \"silu\", \"use_sliding_window\": true, \"sliding_window\": 6, \"max_window_layers\": 1"),
                family("qwen3", "Qwen3ForCausalLM", "\"hidden_act\": \"silu\", \"tie_word_embeddings\": true"),
                family("gemma", "GemmaForCausalLM", "\"hidden_act\": \"gelu_pytorch_tanh\""),
                family(
                        "gemma2",
                        "Gemma2ForCausalLM",
                        "\"sliding_window\": 5, \"query_pre_attn_scalar\": 20, \"attn_logit_softcapping\": 1.5, "
                                + "\"final_logit_softcapping\": 2.0"),
                family(
                        "gemma3_text",
                        "Gemma3ForCausalLM",
                        "\"sliding_window\": 5, \"sliding_window_pattern\": 2, \"query_pre_attn_scalar\": 12, "
                                + "\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 8.0}"),
                family(
                        "phi3",
                        "Phi3ForCausalLM",
                        "\"hidden_act\": \"silu\", \"partial_rotary_factor\": 0.5, \"sliding_window\": 9"));
    }

    /** A Phi-3 whose positions turn another way in sequences of more than twelve tokens. */
    public static ModelConfiguration longContext() {
        return family(
                "phi3",
                "Phi3ForCausalLM",
                "\"hidden_act\": \"silu\", \"original_max_position_embeddings\": 12, \"rope_scaling\": {\"rope_type\": \"longrope\", "
                        + "\"short_factor\": [1, 1.5, 2, 3], \"long_factor\": [2, 5, 11, 23]}");
    }

    private static ModelConfiguration family(String type, String architecture, String more) {
        return ModelConfiguration.parse("""
                {"architectures": ["%s"], "model_type": "%s", "num_hidden_layers": 3, "hidden_size": 32, "num_attention_heads": 4, \
                "num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 40, "vocab_size": 67, "rms_norm_eps": 1e-5, \
                "max_position_embeddings": 512, "bos_token_id": 1, "eos_token_id": 2, %s}\
                """.formatted(architecture, type, more));
    }

    /** A Llama of any size. */
    public static ModelConfiguration configuration(
            int layers,
            int hidden,
            int heads,
            int keyValueHeads,
            int intermediate,
            int vocabulary,
            boolean tied,
            boolean biased) {
        return ModelConfiguration.parse("""
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "num_hidden_layers": %d, \
                "hidden_size": %d, "num_attention_heads": %d, "num_key_value_heads": %d, "head_dim": %d, "intermediate_size": %d, \
                "vocab_size": %d, "tie_word_embeddings": %b, "attention_bias": %b, "mlp_bias": %b, "rms_norm_eps": 1e-5, \
                "rope_theta": 10000.0, "max_position_embeddings": 512, "bos_token_id": 1, "eos_token_id": 2}\
                """.formatted(
                layers, hidden, heads, keyValueHeads, hidden / heads, intermediate, vocabulary, tied, biased, biased));
    }

    /** A model in native memory; starts the backend. */
    public static Decoder load(ModelConfiguration configuration, Precision precision) {
        Backend.start(THREADS);
        return Decoder.load(configuration, weights(configuration), precision);
    }

    /** Weights from sines; norms near those that change nothing. */
    public static TensorSource weights(ModelConfiguration configuration) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        double unit = configuration.parts().normScale() == NormScale.ONE_PLUS_WEIGHT ? 0 : 1;
        int index = 0;
        for (ExpectedTensor tensor : ModelStructure.of(configuration).tensors()) {
            index++;
            double amplitude = tensor.role() == TensorRole.TOKEN_EMBEDDING ? 0.5 : 0.25;
            float[] values = new float[Math.toIntExact(tensor.elementCount())];
            for (int i = 0; i < values.length; i++) {
                double wave = Math.sin(0.7 * index + 1.3 * i + 0.01 * i * (i % 17));
                values[i] = (float) (tensor.role().isNorm() ? unit + 0.1 * wave : amplitude * wave);
            }
            tensors.put(
                    tensor.name(),
                    new TensorData(tensor.name(), Dtype.F32, tensor.shape(), MemorySegment.ofArray(bytes(values))));
        }
        return source(tensors);
    }

    private static byte[] bytes(float[] values) {
        byte[] bytes = new byte[4 * values.length];
        MemorySegment.ofArray(bytes).copyFrom(MemorySegment.ofArray(values));
        return bytes;
    }

    /** Tensors in memory as a source. */
    public static TensorSource source(Map<String, TensorData> tensors) {
        return new TensorSource() {
            @Override
            public List<TensorInfo> tensors() {
                return tensors.values().stream().map(this::info).toList();
            }

            @Override
            public Optional<TensorInfo> find(String name) {
                return Optional.ofNullable(tensors.get(name)).map(this::info);
            }

            @Override
            public MemorySegment bytes(String name) {
                return tensors.get(name).bytes();
            }

            private TensorInfo info(TensorData tensor) {
                return new TensorInfo(
                        tensor.name(),
                        tensor.dtype(),
                        tensor.shape(),
                        0,
                        tensor.bytes().byteSize());
            }
        };
    }

    /** Documents with closed-form tokens; from each token but the first {@code unlabelled} the next is predicted. */
    public static PackedRow row(ModelConfiguration configuration, int salt, int unlabelled, int... lengths) {
        int total = 0;
        int[] starts = new int[lengths.length + 1];
        for (int d = 0; d < lengths.length; d++) {
            total += lengths[d];
            starts[d + 1] = total;
        }
        int[] tokens = new int[total];
        int[] targets = new int[total];
        for (int d = 0; d < lengths.length; d++) {
            for (int t = 0; t < lengths[d]; t++) {
                tokens[starts[d] + t] = 3
                        + (11 * d * d + 7 * t + 3 * d * t + 5 * salt + salt * salt * t)
                                % (configuration.vocabularySize() - 3);
            }
            for (int t = 0; t < lengths[d]; t++) {
                boolean labelled = t >= unlabelled && t < lengths[d] - 1;
                targets[starts[d] + t] = labelled ? tokens[starts[d] + t + 1] : PackedRow.NO_TARGET;
            }
        }
        return new PackedRow(tokens, starts, targets);
    }
}
