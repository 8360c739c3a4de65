package io.finemesh.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.fixture.TinyModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
    @TempDir
    Path directory;

    @Test
    void givesEachTensorItsBytes() throws IOException {
        List<TensorData> tensors = TinyModel.weights(TinyModel.TIED, 5);
        Path file = directory.resolve("a");
        SafetensorsWriter.write(file, tensors, Map.of("k", "v"));

        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.header().metadata()).isEqualTo(Map.of("k", "v"));
            assertThat(opened.tensors()).hasSameSizeAs(tensors);
            for (TensorData tensor : tensors) {
                TensorData found = opened.data(tensor.name());
                assertThat(found.shape()).isEqualTo(tensor.shape());
                assertThat(found.dtype()).isEqualTo(tensor.dtype());
                assertThat(found.bytes().mismatch(tensor.bytes())).isEqualTo(-1);
            }
        }
    }

    @Test
    void segmentsAreReadOnlyAndEndWithTheFile() throws IOException {
        Path file = directory.resolve("a");
        SafetensorsWriter.write(file, List.of(TinyModel.bytes("a", 1)), Map.of());
        SafetensorsFile opened = SafetensorsFile.open(file);
        MemorySegment bytes = opened.bytes("a");

        assertThat(bytes.isReadOnly()).isTrue();
        opened.close();
        assertThatThrownBy(() -> bytes.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void unknownTensorIsNamed() throws IOException {
        Path file = directory.resolve("a");
        SafetensorsWriter.write(file, List.of(TinyModel.bytes("a", 1)), Map.of());
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.find("b")).isEmpty();
            assertThatThrownBy(() -> opened.bytes("b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'b'");
            assertThatThrownBy(() -> opened.data("b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'b'");
        }
    }

    @Test
    void missingFileIsNotAFormatError() {
        assertThatThrownBy(() -> SafetensorsFile.open(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void mapsTensorsBeyondTwoGibibytes() throws IOException {
        long large = 2_500_000_000L;
        String header = "{" + RawFile.entry("large", "U8", "[" + large + "]", "[0," + large + "]") + ","
                + RawFile.entry("after", "U8", "[3]", "[" + large + "," + (large + 3) + "]") + "}";
        Path file = directory.resolve("sparse.safetensors");
        Files.write(file, RawFile.of(header, 0));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.seek(8 + header.getBytes(StandardCharsets.UTF_8).length + large);
            sparse.write(new byte[] {4, 5, 6});
        }

        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.bytes("after").toArray(ValueLayout.JAVA_BYTE)).containsExactly(4, 5, 6);
            assertThat(opened.bytes("large").byteSize()).isEqualTo(large);
            assertThat(opened.bytes("large").get(ValueLayout.JAVA_BYTE, large - 1))
                    .isZero();
        }
    }
}
