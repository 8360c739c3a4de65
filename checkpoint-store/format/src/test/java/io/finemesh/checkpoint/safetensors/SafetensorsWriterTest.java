package io.finemesh.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.fixture.NaiveSafetensors;
import io.finemesh.checkpoint.fixture.SharedFolder;
import io.finemesh.checkpoint.fixture.TinyModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
    @TempDir
    Path directory;

    @Test
    void writesTheReferencesBytes() throws IOException {
        // The reference's own test vector: one F32 tensor [1,2,3] of zeros, header of 64 bytes.
        TensorData tensor = zeros("attn.0", Dtype.F32, 1, 2, 3);

        byte[] written = written(List.of(tensor), Map.of());

        String header = "{\"attn.0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}";
        assertThat(header).hasSize(64);
        assertThat(written).isEqualTo(RawFile.of(header, 24));
    }

    @Test
    void putsLargerDtypesFirstThenNamesByTheirUtf8Bytes() throws IOException {
        List<TensorData> tensors = new ArrayList<>(List.of(
                zeros("b", Dtype.F32, 1),
                zeros("a", Dtype.BOOL, 1),
                zeros("\uFFFD", Dtype.F32, 1), // EF BF BD
                zeros("\uD83D\uDE00", Dtype.F32, 1), // F0 9F 98 80: later in UTF-8, earlier in UTF-16
                zeros("c", Dtype.I64, 1),
                zeros("B", Dtype.F32, 1),
                zeros("d", Dtype.F16, 1),
                zeros("e", Dtype.BF16, 1)));
        byte[] first = written(tensors, Map.of());
        Collections.shuffle(tensors, new Random(1));

        assertThat(written(tensors, Map.of())).isEqualTo(first);
        assertThat(read(first).tensors().stream().map(TensorInfo::name))
                .containsExactly("c", "B", "b", "\uFFFD", "\uD83D\uDE00", "e", "d", "a");
    }

    @Test
    void writesMetadataFirstAndSorted() throws IOException {
        byte[] written =
                written(List.of(TinyModel.bytes("a", 7)), Map.of("z", "2", "format", "pt", "\u00e4", "\"\\\n\u0001/é"));

        String header = new String(written, 8, written.length - 9, StandardCharsets.UTF_8).stripTrailing();
        assertThat(header)
                .isEqualTo("{\"__metadata__\":{\"format\":\"pt\",\"z\":\"2\",\"ä\":\"\\\"\\\\\\n\\u0001/é\"},"
                        + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}");
        assertThat(NaiveSafetensors.read(written).metadata()).containsEntry("\u00e4", "\"\\\n\u0001/é");
    }

    @Test
    void emptyFileIsValid() throws IOException {
        assertThat(written(List.of(), Map.of())).isEqualTo(RawFile.of("{}      ", 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data/stories260K/model.safetensors",
                "golden/models/llama/model.safetensors",
                "golden/models/llama3-tied/model.safetensors"
            })
    void rewritesWhatTheReferenceWroteByteForByte(String name) throws IOException {
        Path original = SharedFolder.require(name);
        Path copy = directory.resolve("copy.safetensors");
        try (SafetensorsFile file = SafetensorsFile.open(original)) {
            List<TensorData> tensors = new ArrayList<>(file.tensors().stream()
                    .map(TensorInfo::name)
                    .map(file::data)
                    .toList());
            Collections.shuffle(tensors, new Random(2));
            SafetensorsWriter.write(copy, tensors, file.header().metadata());
        }

        assertThat(Files.mismatch(original, copy)).isEqualTo(-1);
    }

    @Test
    void allWaysOfWritingGiveTheSameBytesAndDigests() throws IOException {
        List<TensorData> tensors = TinyModel.weights(TinyModel.UNTIED, 3);
        Map<String, String> metadata = Map.of("format", "pt");
        byte[] streamed = written(tensors, metadata);
        Path file = directory.resolve("a");
        Path channelFile = directory.resolve("b");

        FileDigest digest = SafetensorsWriter.writeDigesting(file, tensors, metadata);
        try (FileChannel channel =
                FileChannel.open(channelFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            SafetensorsWriter.write(channel, tensors, metadata);
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(streamed);
        assertThat(Files.readAllBytes(channelFile)).isEqualTo(streamed);
        assertThat(SafetensorsWriter.byteSize(tensors, metadata)).isEqualTo(streamed.length);
        assertThat(digest.sizeBytes()).isEqualTo(streamed.length);
        assertThat(digest.digest()).isEqualTo(Sha256.of(streamed)).isEqualTo(Sha256.of(file));
        assertThat(SafetensorsWriter.digest(tensors, metadata)).isEqualTo(digest);
        assertThat(SafetensorsVerifier.digest(file)).isEqualTo(digest);
        for (FileDigest.TensorDigest tensor : digest.tensors()) {
            TensorData data = tensors.stream()
                    .filter(candidate -> candidate.name().equals(tensor.tensor().name()))
                    .findFirst()
                    .orElseThrow();
            assertThat(tensor.digest()).isEqualTo(Sha256.of(data.bytes().toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    @Test
    void takesSegmentsOfAnyKindWithoutCopyingThemWhole() throws IOException {
        float[] values = {1.5f, -2.25f, 3e-20f};
        try (Arena arena = Arena.ofConfined()) {
            TensorData onHeap = new TensorData("heap", Dtype.F32, List.of(3L), MemorySegment.ofArray(values));
            MemorySegment nativeSegment = arena.allocateFrom(ValueLayout.JAVA_FLOAT_UNALIGNED, values);
            TensorData offHeap = new TensorData("native", Dtype.F32, List.of(3L), nativeSegment);
            byte[] file = written(List.of(onHeap, offHeap), Map.of());

            NaiveSafetensors.Tensor heap = NaiveSafetensors.read(file).tensors().get("heap");
            NaiveSafetensors.Tensor direct =
                    NaiveSafetensors.read(file).tensors().get("native");
            MemorySegment whole = MemorySegment.ofArray(file);
            for (int i = 0; i < values.length; i++) {
                assertThat(whole.get(ValueLayout.JAVA_FLOAT_UNALIGNED, heap.begin() + 4L * i))
                        .isEqualTo(values[i]);
                assertThat(whole.get(ValueLayout.JAVA_FLOAT_UNALIGNED, direct.begin() + 4L * i))
                        .isEqualTo(values[i]);
            }
        }
    }

    @Test
    void refusesWhatTheFormatCannotHold() {
        TensorData tensor = TinyModel.bytes("a", 1);
        assertThatThrownBy(() -> written(List.of(tensor, tensor), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a'");
        assertThatThrownBy(() -> written(List.of(TinyModel.bytes("__metadata__", 1)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("__metadata__");
        assertThatThrownBy(() -> written(List.of(TinyModel.bytes("\uD800", 1)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TensorData("a", Dtype.F32, List.of(2L), MemorySegment.ofArray(new byte[7])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 8 bytes, found 7");
        assertThatThrownBy(() -> new TensorData("a", Dtype.U8, List.of(-1L, -1L), MemorySegment.ofArray(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("negative");
        assertThatThrownBy(() -> new TensorData("a", Dtype.F4, List.of(3L), MemorySegment.ofArray(new byte[2])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("whole number of bytes");
    }

    @Test
    void overwritingLeavesAnOpenMapOfTheOldFileIntact() throws IOException {
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(file, List.of(TinyModel.bytes("a", 1, 2, 3)), Map.of());
        try (SafetensorsFile old = SafetensorsFile.open(file)) {
            SafetensorsWriter.write(file, List.of(TinyModel.bytes("b", 9)), Map.of());

            assertThat(old.bytes("a").toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
        }
        assertThat(read(Files.readAllBytes(file)).tensors())
                .extracting(TensorInfo::name)
                .containsExactly("b");
        assertThat(filesIn(directory)).containsExactly("model.safetensors");
    }

    @Test
    void failedWriteLeavesTheTargetAsItWasAndNothingBeside() throws IOException {
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(file, List.of(TinyModel.bytes("a", 1)), Map.of());
        byte[] before = Files.readAllBytes(file);
        Arena closed = Arena.ofConfined();
        TensorData gone = new TensorData("a", Dtype.U8, List.of(8L), closed.allocate(8));
        closed.close();

        assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(gone), Map.of()))
                .isInstanceOf(IllegalStateException.class);

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(filesIn(directory)).containsExactly("model.safetensors");
    }

    private static List<String> filesIn(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static TensorData zeros(String name, Dtype dtype, long... shape) {
        List<Long> extents = Arrays.stream(shape).boxed().toList();
        byte[] content = new byte[Math.toIntExact(TensorInfo.byteCount(dtype, extents))];
        return new TensorData(name, dtype, extents, MemorySegment.ofArray(content));
    }

    private static byte[] written(List<TensorData> tensors, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, tensors, metadata);
        return out.toByteArray();
    }

    private static Header read(byte[] file) throws IOException {
        return SafetensorsFile.readHeader(new ByteArrayInputStream(file), file.length);
    }
}
