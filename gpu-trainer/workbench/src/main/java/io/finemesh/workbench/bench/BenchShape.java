package io.finemesh.workbench.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.model.ModelConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model to train, by its configuration alone: weights are random.
 *
 * @param name for reports
 * @param configurationJson as in {@code config.json}; the peer reads the same text
 */
record BenchShape(String name, String configurationJson) {
    private static final Map<String, BenchShape> BUILT_IN = new TreeMap<>(Map.of(
            "bench-8m", llama("bench-8m", 256, 704, 4, 4, 2, 8_192),
            "bench-32m", llama("bench-32m", 512, 1_408, 8, 8, 8, 8_192),
            "bench-110m", llama("bench-110m", 768, 2_048, 12, 12, 12, 32_000)));

    /** Names of the shapes that need no folder. */
    static String builtIn() {
        return String.join(", ", BUILT_IN.keySet());
    }

    /**
     * A built-in shape, or that of a Hugging Face directory.
     *
     * @throws IOException when it is neither
     */
    static BenchShape of(String nameOrDirectory) throws IOException {
        BenchShape known = BUILT_IN.get(nameOrDirectory);
        if (known != null) {
            return known;
        }
        Path file = Path.of(nameOrDirectory).resolve("config.json");
        if (!Files.isReadable(file)) {
            throw new IOException(
                    "'" + nameOrDirectory + "' is no known shape (" + builtIn() + ") and has no config.json");
        }
        return new BenchShape(nameOrDirectory, Files.readString(file));
    }

    ModelConfiguration configuration() {
        return ModelConfiguration.parse(configurationJson);
    }

    private static BenchShape llama(
            String name, int hidden, int intermediate, int layers, int heads, int keyValueHeads, int vocabulary) {
        try {
            return new BenchShape(
                    name,
                    new ObjectMapper()
                            .writeValueAsString(Map.ofEntries(
                                    Map.entry("model_type", "llama"),
                                    Map.entry("architectures", new String[] {"LlamaForCausalLM"}),
                                    Map.entry("hidden_size", hidden),
                                    Map.entry("intermediate_size", intermediate),
                                    Map.entry("num_hidden_layers", layers),
                                    Map.entry("num_attention_heads", heads),
                                    Map.entry("num_key_value_heads", keyValueHeads),
                                    Map.entry("vocab_size", vocabulary),
                                    Map.entry("max_position_embeddings", 2_048),
                                    Map.entry("rms_norm_eps", 1e-5),
                                    Map.entry("rope_theta", 10_000.0),
                                    Map.entry("hidden_act", "silu"),
                                    Map.entry("tie_word_embeddings", false),
                                    Map.entry("bos_token_id", 1),
                                    Map.entry("eos_token_id", 2))));
        } catch (IOException impossible) {
            throw new IllegalStateException("a map of numbers and names is JSON", impossible);
        }
    }
}
