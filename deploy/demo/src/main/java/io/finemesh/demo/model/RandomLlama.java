package io.finemesh.demo.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.demo.tokenizer.TokenizerFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A Llama of 0.9 million parameters with weights drawn from a normal distribution, as a model before any training. The same seed gives
 * the same bytes.
 */
public final class RandomLlama {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HIDDEN = 128;
    private static final int LAYERS = 4;
    private static final double DEVIATION = 0.04;

    private RandomLlama() {}

    /**
     * Writes {@code config.json} and {@code model.safetensors}.
     *
     * @return number of parameters
     */
    public static long write(Path directory, int vocabularySize, long seed) throws IOException {
        byte[] configuration = configuration(vocabularySize);
        Files.write(directory.resolve("config.json"), configuration);
        ModelStructure structure = ModelStructure.of(ModelConfiguration.parse(configuration));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<TensorData> tensors = new ArrayList<>();
        for (ExpectedTensor tensor : structure.tensors()) {
            tensors.add(new TensorData(tensor.name(), Dtype.F32, tensor.shape(), values(tensor, random)));
        }
        SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        return structure.parameterCount();
    }

    private static MemorySegment values(ExpectedTensor tensor, RandomGenerator random) {
        boolean norm = tensor.shape().size() == 1;
        int count = Math.toIntExact(tensor.elementCount());
        MemorySegment segment = MemorySegment.ofArray(new byte[Math.multiplyExact(count, Float.BYTES)]);
        for (int index = 0; index < count; index++) {
            float value = norm ? 1 : (float) (random.nextGaussian() * DEVIATION);
            segment.set(FLOAT, (long) index * Float.BYTES, value);
        }
        return segment;
    }

    private static byte[] configuration(int vocabularySize) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode node = mapper.createObjectNode();
        node.putArray("architectures").add("LlamaForCausalLM");
        node.put("model_type", "llama");
        node.put("hidden_size", HIDDEN);
        node.put("intermediate_size", 352);
        node.put("num_hidden_layers", LAYERS);
        node.put("num_attention_heads", 4);
        node.put("num_key_value_heads", 4);
        node.put("head_dim", 32);
        node.put("hidden_act", "silu");
        node.put("max_position_embeddings", 128);
        node.put("vocab_size", vocabularySize);
        node.put("rms_norm_eps", 1e-5);
        node.put("rope_theta", 10000.0);
        node.put("tie_word_embeddings", false);
        node.put("attention_bias", false);
        node.put("mlp_bias", false);
        node.put("bos_token_id", TokenizerFile.BEGIN_ID);
        node.put("eos_token_id", TokenizerFile.END_ID);
        node.put("torch_dtype", "float32");
        return mapper.writeValueAsBytes(node);
    }
}
