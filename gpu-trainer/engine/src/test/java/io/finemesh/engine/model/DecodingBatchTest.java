package io.finemesh.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecodingBatchTest {
    private static final List<int[]> PROMPTS = List.of(
            new int[] {3, 9, 27, 14, 8, 31, 2}, new int[] {5}, new int[] {12, 40, 41, 42}, new int[] {7, 7, 7, 9, 11, 13
            });

    static Stream<ModelConfiguration> models() {
        return Stream.concat(Stream.of(TinyModel.untied()), TinyModel.families());
    }

    @ParameterizedTest
    @MethodSource("models")
    void eachStepEqualsComputingTheWholeSequence(ModelConfiguration configuration) {
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32);
                DecodingBatch batch = new DecodingBatch(decoder, PROMPTS, 20)) {
            List<int[]> sequences = new ArrayList<>(PROMPTS);
            for (int step = 0; step < 8; step++) {
                for (int b = 0; b < sequences.size(); b++) {
                    int[] sequence = sequences.get(b);
                    float[] expected = decoder.logits(PackedRow.unlabelled(List.of(sequence)), sequence.length - 1)[0];
                    DecoderTest.assertClose(batch.logits(b), expected, 2e-5);
                    assertThat(batch.greedy()[b]).isEqualTo(largest(batch.logits(b)));
                }
                int[] next = batch.greedy();
                batch.append(next);
                for (int b = 0; b < sequences.size(); b++) {
                    int[] longer = Arrays.copyOf(sequences.get(b), sequences.get(b).length + 1);
                    longer[longer.length - 1] = next[b];
                    sequences.set(b, longer);
                    assertThat(batch.length(b)).isEqualTo(longer.length);
                }
            }
        }
    }

    @Test
    void retainedSequencesGoOnAsIfAlone() {
        try (Decoder decoder = TinyModel.load(TinyModel.tied(), Precision.FP32);
                DecodingBatch together = new DecodingBatch(decoder, PROMPTS, 20);
                DecodingBatch alone = new DecodingBatch(decoder, List.of(PROMPTS.get(2)), 20)) {
            together.append(new int[] {4, 5, 6, 7});
            together.retain(3, 2);
            together.append(new int[] {8, 9});
            alone.append(new int[] {6});
            alone.append(new int[] {9});

            assertThat(together.size()).isEqualTo(2);
            DecoderTest.assertClose(together.logits(1), alone.logits(0), 2e-5);
        }
    }

    @Test
    void refusesToGrowBeyondItsCapacity() {
        try (Decoder decoder = TinyModel.load(TinyModel.tied(), Precision.FP32)) {
            assertThatThrownBy(() -> new DecodingBatch(decoder, PROMPTS, 6))
                    .hasMessageContaining("a prompt of 7 tokens does not fit a capacity of 6");
            try (DecodingBatch batch = new DecodingBatch(decoder, PROMPTS, 7)) {
                assertThatThrownBy(() -> batch.append(new int[] {1, 1, 1, 1}))
                        .hasMessageContaining("capacity of 7 tokens");
                assertThatThrownBy(() -> batch.append(new int[] {1}))
                        .hasMessageContaining("4 sequences need as many tokens, got 1");
            }
        }
    }

    @Test
    void leavesNothingBehind() {
        try (Decoder decoder = TinyModel.load(TinyModel.tied(), Precision.FP32)) {
            long before = TensorScope.livePointers();
            for (int i = 0; i < 5; i++) {
                try (DecodingBatch batch = new DecodingBatch(decoder, PROMPTS, 12)) {
                    batch.append(batch.greedy());
                    batch.retain(1, 2);
                    batch.append(batch.greedy());
                }
            }
            assertThat(TensorScope.livePointers()).isEqualTo(before);
        }
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }
}
