package io.finemesh.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderTest {
    static Stream<ModelConfiguration> models() {
        return Stream.concat(Stream.of(TinyModel.tied(), TinyModel.untied(), TinyModel.biased()), TinyModel.families());
    }

    @ParameterizedTest
    @MethodSource("models")
    void packedEqualsUnpacked(ModelConfiguration configuration) {
        // Lengths that are gathered in three groups, one of them beyond the length where the attention kernel changes.
        int[] lengths = {9, 150, 1, 12, 11, 12, 140};
        PackedRow packed = TinyModel.row(configuration, 2, 0, lengths);
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            float[][] together = allLogits(decoder, packed);
            for (int d = 0; d < lengths.length; d++) {
                int[] alone =
                        Arrays.copyOfRange(packed.tokens(), packed.documentStarts()[d], packed.documentStarts()[d + 1]);
                float[][] expected = allLogits(decoder, PackedRow.unlabelled(List.of(alone)));
                for (int t = 0; t < alone.length; t++) {
                    assertClose(together[packed.documentStarts()[d] + t], expected[t], 2e-5);
                }
            }
        }
    }

    @Test
    void aChangedTokenReachesNoOtherDocumentAndNoEarlierToken() {
        ModelConfiguration configuration = TinyModel.untied();
        PackedRow row = TinyModel.row(configuration, 1, 0, 20, 18, 20);
        int changed = 25;
        int[] tokens = row.tokens().clone();
        tokens[changed] = tokens[changed] == 5 ? 6 : 5;
        PackedRow other = new PackedRow(tokens, row.documentStarts(), row.targets());
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            float[][] before = allLogits(decoder, row);
            float[][] after = allLogits(decoder, other);
            for (int t = 0; t < tokens.length; t++) {
                boolean sees = t >= changed && t < row.documentStarts()[2];
                if (sees) {
                    assertThat(after[t]).as("token " + t).isNotEqualTo(before[t]);
                } else {
                    assertThat(after[t]).as("token " + t).isEqualTo(before[t]);
                }
            }
        }
    }

    @Test
    void wantedRowsAreThoseOfAllRows() {
        ModelConfiguration configuration = TinyModel.tied();
        PackedRow row = TinyModel.row(configuration, 3, 0, 8, 13, 13);
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            float[][] all = allLogits(decoder, row);
            float[][] some = decoder.logits(row, 30, 2, 7);

            assertClose(some[0], all[30], 1e-5);
            assertClose(some[1], all[2], 1e-5);
            assertClose(some[2], all[7], 1e-5);
        }
    }

    @Test
    void exportsWhatItLoaded() {
        ModelConfiguration configuration = TinyModel.biased();
        TensorSource source = TinyModel.weights(configuration);
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            List<TensorData> exported = decoder.export();

            assertThat(exported).hasSameSizeAs(source.tensors());
            for (TensorData tensor : exported) {
                assertThat(tensor.shape()).isEqualTo(source.data(tensor.name()).shape());
                assertThat(tensor.bytes().mismatch(source.bytes(tensor.name())))
                        .as(tensor.name())
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void bf16WeightsComputeLikeTheirWidenedValues() {
        Assumptions.assumeTrue(Backend.onHost(), "a device multiplies bf16 as it is");
        ModelConfiguration configuration = TinyModel.untied();
        PackedRow row = TinyModel.row(configuration, 1, 0, 16, 16);
        try (Decoder narrow = TinyModel.load(configuration, Precision.BF16)) {
            Map<String, TensorData> widened = new LinkedHashMap<>();
            for (TensorData tensor : narrow.export()) {
                assertThat(tensor.dtype()).isEqualTo(Dtype.BF16);
                short[] halves = tensor.bytes().toArray(ValueLayout.JAVA_SHORT);
                float[] values = new float[halves.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(halves[i] << 16);
                }
                byte[] bytes = new byte[4 * values.length];
                MemorySegment.ofArray(bytes).copyFrom(MemorySegment.ofArray(values));
                widened.put(
                        tensor.name(),
                        new TensorData(tensor.name(), Dtype.F32, tensor.shape(), MemorySegment.ofArray(bytes)));
            }
            try (Decoder wide = Decoder.load(configuration, TinyModel.source(widened), Precision.FP32)) {
                assertThat(allLogits(narrow, row)).isDeepEqualTo(allLogits(wide, row));
                assertThat(narrow.weightBytes()).isLessThan(wide.weightBytes() * 6 / 10);
            }
        }
    }

    @Test
    void saysWhichTensorsAreMissing() {
        ModelConfiguration configuration = TinyModel.untied();
        Map<String, TensorData> some = new LinkedHashMap<>();
        TensorSource all = TinyModel.weights(configuration);
        all.tensors().forEach(tensor -> some.put(tensor.name(), all.data(tensor.name())));
        some.remove("model.layers.1.mlp.up_proj.weight");
        some.remove("lm_head.weight");

        assertThatThrownBy(() -> Decoder.load(configuration, TinyModel.source(some), Precision.FP32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model.layers.1.mlp.up_proj.weight")
                .hasMessageContaining("lm_head.weight");
    }

    @Test
    void refusesWeightsThatAreNotNumbers() {
        ModelConfiguration configuration = TinyModel.untied();
        for (float damage : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Map<String, TensorData> damaged = new LinkedHashMap<>();
            TensorSource all = TinyModel.weights(configuration);
            all.tensors().forEach(tensor -> damaged.put(tensor.name(), all.data(tensor.name())));
            for (String name : List.of("model.layers.1.mlp.up_proj.weight", "model.norm.weight")) {
                float[] values = all.bytes(name).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
                values[3] = damage;
                byte[] bytes = new byte[4 * values.length];
                MemorySegment.ofArray(bytes).copyFrom(MemorySegment.ofArray(values));
                damaged.put(
                        name, new TensorData(name, Dtype.F32, all.data(name).shape(), MemorySegment.ofArray(bytes)));
            }
            for (Precision precision : Precision.values()) {
                assertThatThrownBy(() -> Decoder.load(configuration, TinyModel.source(damaged), precision))
                        .isInstanceOfSatisfying(WeightsException.class, refused -> assertThat(refused.problems())
                                .extracting(Problem::subject)
                                .containsExactly("model.layers.1.mlp.up_proj.weight", "model.norm.weight"));
            }
        }
    }

    @Test
    void refusesSequencesBeyondThePositions() {
        ModelConfiguration configuration = TinyModel.tied();
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            int[] longest = new int[configuration.maxPositions()];
            assertThat(decoder.logits(PackedRow.unlabelled(List.of(longest, longest)), 3))
                    .hasDimensions(1, configuration.vocabularySize());
            int[] tooLong = new int[configuration.maxPositions() + 1];
            assertThatThrownBy(() -> decoder.logits(PackedRow.unlabelled(List.of(longest, tooLong)), 3))
                    .isInstanceOfSatisfying(InputException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(InputException.Reason.SEQUENCE_TOO_LONG))
                    .hasMessageContaining("513 tokens is longer than the model's 512 positions");
            try (DecodingBatch batch = new DecodingBatch(decoder, List.of(longest), 600)) {
                assertThatThrownBy(() -> batch.append(new int[] {1})).isInstanceOf(InputException.class);
            }
        }
    }

    @Test
    void refusesTokensOutsideTheVocabulary() {
        try (Decoder decoder = TinyModel.load(TinyModel.tied(), Precision.FP32)) {
            assertThatThrownBy(() -> decoder.logits(PackedRow.unlabelled(List.of(new int[] {3, 67})), 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("token 67 is outside the vocabulary of 67");
            assertThatThrownBy(() -> decoder.weights(new ParameterGroup.Layer(2)))
                    .hasMessageContaining("no parameter group layer.2; it has embedding, layer.0, layer.1, final");
        }
    }

    private static float[][] allLogits(Decoder decoder, PackedRow row) {
        return decoder.logits(row, IntStream.range(0, row.tokens().length).toArray());
    }

    static void assertClose(float[] found, float[] expected, double tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) Math.abs(found[i] - expected[i]))
                    .as("difference at " + i)
                    .isLessThanOrEqualTo(tolerance * Math.max(1, Math.abs(expected[i])));
        }
    }
}
