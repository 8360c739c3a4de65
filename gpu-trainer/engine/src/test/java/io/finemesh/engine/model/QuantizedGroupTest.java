package io.finemesh.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizedGroupTest {
    private static final ParameterGroup LAYER = new ParameterGroup.Layer(1);

    /** Values of a matrix by position. The asymmetric form of Q-GaLore clips groups of one sign. */
    private enum Values {
        OF_BOTH_SIGNS(i -> Math.sin(0.37 * i) * (1 + i % 7)),
        ALL_POSITIVE(i -> 3 + 0.01 * (i % 91)),
        ALL_NEGATIVE(i -> -5e-4 * (1 + i % 13)),
        ONE_FAR_OUT(i -> i % 256 == 17 ? 1000 : 1e-3 * i),
        ZERO(_ -> 0);

        private final IntToDoubleFunction at;

        Values(IntToDoubleFunction at) {
            this.at = at;
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWeightIsWithinHalfAScaleOfTheExactOne(Values values) {
        for (Precision precision : Precision.values()) {
            try (Decoder decoder = TinyModel.load(TinyModel.untied(), precision)) {
                GroupTensors exact = decoder.weights(LAYER);
                fill(exact, values);
                try (QuantizedGroup quantized = QuantizedGroup.of(exact);
                        TensorScope _ = TensorScope.open("test")) {
                    for (GroupLayout.Entry entry : exact.layout().entries()) {
                        float[] wanted = TensorBytes.floats(exact.widened().get(entry.slot()));
                        float[] found = TensorBytes.floats(quantized.computed().get(entry.slot()));
                        assertThat(found).hasSameSizeAs(wanted);
                        for (int i = 0; i < wanted.length; i++) {
                            double allowed = entry.slot().isMatrix() ? 0.5001 * scale(wanted, i) : 0;
                            assertThat(Math.abs(found[i] - (double) wanted[i]))
                                    .as("%s[%d] of %s in %s", entry.slot(), i, values, precision)
                                    .isLessThanOrEqualTo(allowed);
                        }
                    }
                }
            }
        }
    }

    private static double scale(float[] values, int element) {
        int first = element / QuantizedGroup.GROUP * QuantizedGroup.GROUP;
        double largest = 0;
        for (int i = first; i < Math.min(first + QuantizedGroup.GROUP, values.length); i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest / 127;
    }

    private static void fill(GroupTensors group, Values values) {
        try (TensorScope _ = TensorScope.open("fill");
                NoGradGuard _ = new NoGradGuard()) {
            for (GroupLayout.Entry entry : group.layout().entries()) {
                Tensor slot = group.get(entry.slot());
                float[] content = new float[Math.toIntExact(entry.elementCount())];
                for (int i = 0; i < content.length; i++) {
                    content[i] = (float) values.at.applyAsDouble(i);
                }
                slot.copy_(TensorBytes.floats(content, content.length).view(slot.sizes()));
            }
        }
    }

    @Test
    void onlyLayersThatAreNotTrainedAreHeldInEightBits() {
        ModelConfiguration model = TinyModel.untied();
        try (Decoder exact = TinyModel.load(model, Precision.BF16);
                Decoder decoder =
                        Decoder.loadQuantized(model, TinyModel.weights(model), Precision.BF16, List.of(LAYER))) {
            for (ParameterGroup group : decoder.structure().groups()) {
                boolean eightBits = group instanceof ParameterGroup.Layer && !group.equals(LAYER);
                assertThat(decoder.stored(group)).isInstanceOf(eightBits ? QuantizedGroup.class : GroupTensors.class);
            }
            assertThat(decoder.weightBytes()).isLessThan(exact.weightBytes());
            assertThat(decoder.holdsExactly(List.of(LAYER, new ParameterGroup.Head())))
                    .isTrue();
            assertThat(decoder.holdsExactly(List.of(LAYER, new ParameterGroup.Layer(0))))
                    .isFalse();
        }
    }

    @Test
    void aLayerIsReadAgainBeforeItIsTrained() {
        ModelConfiguration model = TinyModel.untied();
        TensorSource source = TinyModel.weights(model);
        ParameterGroup next = new ParameterGroup.Layer(2);
        try (Decoder exact = TinyModel.load(model, Precision.BF16);
                Decoder decoder = Decoder.loadQuantized(model, source, Precision.BF16, List.of(LAYER))) {
            assertThatThrownBy(() -> decoder.weights(next))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("layer.2 is held as 8-bit integers");
            long before = decoder.weightBytes();

            decoder.holdExactly(List.of(next), source);

            assertThat(decoder.weightBytes()).isEqualTo(before);
            assertThat(decoder.holdsExactly(List.of(LAYER))).isFalse();
            assertThat(bytes(decoder, next)).isEqualTo(bytes(exact, next));
            assertThatThrownBy(() -> exact.holdExactly(List.of(next), source))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("load it quantized");
        }
    }

    private static List<ByteBuffer> bytes(Decoder decoder, ParameterGroup group) {
        return decoder.export(group).stream()
                .map(tensor -> ByteBuffer.wrap(tensor.bytes().toArray(ValueLayout.JAVA_BYTE)))
                .toList();
    }
}
