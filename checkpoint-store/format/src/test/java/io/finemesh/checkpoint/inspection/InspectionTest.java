package io.finemesh.checkpoint.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.fixture.SharedFolder;
import io.finemesh.checkpoint.fixture.TinyModel;
import io.finemesh.checkpoint.inspection.Inspection.Contents;
import io.finemesh.checkpoint.inspection.Inspection.Invalid;
import io.finemesh.checkpoint.inspection.Inspection.Valid;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionTest {
    @TempDir
    Path directory;

    @Test
    void tellsWhatAFileHolds() throws IOException {
        Path file = directory.resolve("a.safetensors");
        TensorData halves = new TensorData("h", Dtype.BF16, List.of(2L, 3L), MemorySegment.ofArray(new byte[12]));
        SafetensorsWriter.write(file, List.of(halves, TinyModel.bytes("b", 1, 2)), Map.of("format", "pt"));

        Contents contents = contents(file);

        assertThat(contents.tensorCount()).isEqualTo(2);
        assertThat(contents.parameterCount()).isEqualTo(8);
        assertThat(contents.tensorBytes()).isEqualTo(14);
        assertThat(contents.elementsByDtype()).isEqualTo(Map.of(Dtype.BF16, 6L, Dtype.U8, 2L));
        assertThat(contents.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(contents.configuration()).isEmpty();
    }

    @Test
    void tellsWhatADirectoryHolds() throws IOException {
        Path model = TinyModel.save(directory.resolve("m"), TinyModel.TIED, TinyModel.weights(TinyModel.TIED, 1));

        Contents contents = contents(model);

        assertThat(contents.parameterCount())
                .isEqualTo(TinyModel.structure(TinyModel.TIED).parameterCount());
        assertThat(contents.configuration().orElseThrow().modelType()).isEqualTo("llama");
        assertThat(Inspection.of(model).verdict()).isEqualTo("valid");
    }

    @Test
    void givesTheReasonOnOneLine() throws IOException {
        Path hostile = Files.write(directory.resolve("hostile"), new byte[] {1});
        Path noModel = Files.createDirectory(directory.resolve("empty"));
        Path misfit =
                TinyModel.save(directory.resolve("misfit"), TinyModel.UNTIED, TinyModel.weights(TinyModel.TIED, 1));
        Path foreign = TinyModel.save(
                directory.resolve("foreign"), "{\"model_type\":\"bert\"}", TinyModel.weights(TinyModel.TIED, 1));

        assertReason(hostile, "found 1 bytes");
        assertReason(noModel, "config.json: found no such file");
        assertReason(misfit, "lm_head.weight: found no such tensor");
        assertReason(foreign, "model_type: found \"bert\"");
        assertReason(directory.resolve("none"), "no such file or directory");
    }

    @Test
    void realModelsAreValid() {
        for (String name : List.of("golden/models/llama", "data/stories260K", "data/stories260K/model.safetensors")) {
            assertThat(Inspection.of(SharedFolder.require(name))).isInstanceOf(Valid.class);
        }
    }

    private static Contents contents(Path path) {
        assertThat(Inspection.of(path)).isInstanceOf(Valid.class);
        return ((Valid) Inspection.of(path)).contents();
    }

    private static void assertReason(Path path, String words) {
        assertThat(Inspection.of(path)).isInstanceOfSatisfying(Invalid.class, invalid -> {
            assertThat(invalid.reason()).contains(words).hasLineCount(1);
            assertThat(invalid.verdict()).startsWith("invalid: ");
        });
    }
}
