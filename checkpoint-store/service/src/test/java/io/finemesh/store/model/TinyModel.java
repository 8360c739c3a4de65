package io.finemesh.store.model;

import io.finemesh.checkpoint.manifest.GroupBlob;
import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A Llama of three layers and a few hundred numbers, as a Hugging Face directory. */
public final class TinyModel {
    public static final int LAYERS = 3;
    public static final String CONFIG = """
            {
              "architectures": ["LlamaForCausalLM"],
              "model_type": "llama",
              "vocab_size": 16,
              "hidden_size": 8,
              "intermediate_size": 12,
              "num_hidden_layers": 3,
              "num_attention_heads": 2,
              "num_key_value_heads": 1,
              "head_dim": 4,
              "max_position_embeddings": 32,
              "rms_norm_eps": 1e-5,
              "rope_theta": 10000.0,
              "hidden_act": "silu",
              "tie_word_embeddings": false,
              "torch_dtype": "float32",
              "something_unknown": {"kept": [1, 2.50]}
            }
            """;

    private TinyModel() {}

    /** Writes the model into a directory, which is made; the same seed gives the same bytes. */
    public static Path write(Path directory, long seed) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("config.json"), CONFIG);
            Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\": [2, 3]}\n");
            Files.writeString(directory.resolve("tokenizer.json"), "{\"version\": \"1.0\"}\n");
            Files.writeString(directory.resolve("README.md"), "no part of the model\n");
            SafetensorsWriter.write(
                    directory.resolve("model.safetensors"), tensors(structure().tensors(), seed), GroupBlob.METADATA);
            return directory;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public static ModelStructure structure() {
        return ModelStructure.of(ModelConfiguration.parse(CONFIG.getBytes(StandardCharsets.UTF_8)));
    }

    /** Tensors of random bytes. */
    public static List<TensorData> tensors(List<ExpectedTensor> expected, long seed) {
        Random random = new Random(seed);
        List<TensorData> tensors = new ArrayList<>();
        for (ExpectedTensor tensor : expected) {
            byte[] bytes = new byte[Math.toIntExact(tensor.elementCount() * Float.BYTES)];
            random.nextBytes(bytes);
            tensors.add(new TensorData(tensor.name(), Dtype.F32, tensor.shape(), MemorySegment.ofArray(bytes)));
        }
        return tensors;
    }
}
