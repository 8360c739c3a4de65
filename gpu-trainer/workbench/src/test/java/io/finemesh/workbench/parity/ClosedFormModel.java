package io.finemesh.workbench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.NormScale;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * Folders with the models of {@code src/test/golden/model_goldens.py}: weights by the same closed form as there, expected numbers as torch and transformers computed
 * them from these weights.
 */
final class ClosedFormModel {
    private ClosedFormModel() {}

    /** Writes the folder of a model whose numbers are in {@code models/NAME.json}. */
    static Path write(Path folder, String name) throws IOException {
        return write(folder, name, _ -> {}, _ -> {});
    }

    /** The same after changes of its configuration and of the expected numbers. */
    static Path write(Path folder, String name, Consumer<ObjectNode> configured, Consumer<ObjectNode> expected)
            throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode golden;
        try (InputStream stream = ClosedFormModel.class.getResourceAsStream("/models/" + name + ".json")) {
            golden = json.readTree(stream);
        }
        Files.createDirectories(folder);
        ModelConfiguration configuration = ModelConfiguration.parse(json.writeValueAsBytes(golden.get("config")));
        List<TensorData> weights = ModelStructure.of(configuration).tensors().stream()
                .map(tensor -> weights(tensor, configuration.parts().normScale()))
                .toList();
        SafetensorsWriter.write(folder.resolve("model.safetensors"), weights, Map.of("format", "pt"));
        ObjectNode config = golden.get("config").deepCopy();
        configured.accept(config);
        Files.write(folder.resolve("config.json"), json.writeValueAsBytes(config));
        ObjectNode numbers = golden.get("expected").deepCopy();
        expected.accept(numbers);
        Files.write(folder.resolve("expected.json"), json.writeValueAsBytes(numbers));
        return folder;
    }

    private static TensorData weights(ExpectedTensor tensor, NormScale scale) {
        CRC32 seed = new CRC32();
        seed.update(tensor.name().getBytes(StandardCharsets.UTF_8));
        int count = Math.toIntExact(tensor.elementCount());
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        boolean norm = tensor.role().isNorm();
        double amplitude =
                norm || tensor.name().contains("layers") || tensor.name().endsWith(".bias") ? 0.25 : 0.5;
        double center = norm && scale == NormScale.WEIGHT ? 1 : 0;
        for (int i = 0; i < count; i++) {
            int x = (int) (i * 0x9E3779B1L + seed.getValue());
            x = (x ^ (x >>> 16)) * 0x85EBCA6B;
            x = (x ^ (x >>> 13)) * 0xC2B2AE35;
            x ^= x >>> 16;
            bytes.putFloat((float) (center + amplitude * ((x >>> 16) / 65536.0 - 0.5)));
        }
        return new TensorData(tensor.name(), Dtype.F32, tensor.shape(), MemorySegment.ofArray(bytes.array()));
    }
}
