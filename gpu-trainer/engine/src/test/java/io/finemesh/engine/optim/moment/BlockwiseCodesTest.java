package io.finemesh.engine.optim.moment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockwiseCodesTest {
    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 257, 1000, 4096})
    void errorIsAtMostHalfTheGapBetweenCodes(int length) {
        for (DynamicMap map : DynamicMap.values()) {
            float[] values = values(length, map, 3);
            float[] read = roundTrip(map, values);
            float[] levels = map.levels();
            for (int i = 0; i < length; i++) {
                float scale = largest(values, i / 256 * 256);
                double x = values[i] / scale;
                double allowed = 0;
                if (x < levels[0]) {
                    allowed = 1 + levels[0];
                } else {
                    for (int c = 0; c < 255; c++) {
                        if (levels[c] <= x && x <= levels[c + 1]) {
                            allowed = (levels[c + 1] - levels[c]) / 2;
                        }
                    }
                }
                // A tiny negative keeps its sign, and a tiny second moment stays one, instead of becoming the nearer
                // zero.
                double gap =
                        switch (map) {
                            case SIGNED -> x < 0 && x > levels[126] ? -levels[126] : allowed;
                            case UNSIGNED -> x > 0 && x < levels[1] ? levels[1] : allowed;
                        };
                assertThat(Math.abs(read[i] - values[i]))
                        .as("element " + i + " of " + length + ", " + map)
                        .isLessThanOrEqualTo((float) (gap * scale * (1 + 1e-5) + 1e-12));
            }
        }
    }

    /** By search among the midpoints: around each of them, at powers of two, at both zeros and at random bits. */
    @ParameterizedTest
    @EnumSource(DynamicMap.class)
    void theNearestCodeIsThatOfASearch(DynamicMap map) {
        float[] midpoints = map.midpoints();
        SplittableRandom random = new SplittableRandom(17);
        float[] values = new float[3 * midpoints.length + 2 * 130 + 2 + 200_000];
        int n = 0;
        for (float midpoint : midpoints) {
            values[n++] = Math.nextDown(midpoint);
            values[n++] = midpoint;
            values[n++] = Math.nextUp(midpoint);
        }
        for (int power = -129; power <= 0; power++) {
            values[n++] = Math.scalb(1f, power);
            values[n++] = -Math.scalb(1f, power);
        }
        values[n++] = 0f;
        values[n++] = -0f;
        while (n < values.length) {
            float any = Float.intBitsToFloat(random.nextInt());
            values[n++] = Math.abs(any) <= 1 ? any : (float) random.nextDouble(-1, 1);
        }
        try (TensorScope _ = TensorScope.open("nearest codes of a search")) {
            Tensor tensor = TensorBytes.floats(values, values.length);
            Tensor expected = torch.bucketize(tensor, TensorBytes.floats(midpoints, midpoints.length), true, false);
            assertThat(NearestCode.of(map).codes(tensor).equal(expected))
                    .as("seed 17")
                    .isTrue();
        }
    }

    @Test
    void neverFlipsASignAndNeverLosesANegative() {
        float[] values = values(2048, DynamicMap.SIGNED, 5);
        values[7] = -1e-12f;
        values[8] = 1e-12f;
        float[] read = roundTrip(DynamicMap.SIGNED, values);
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0) {
                assertThat(read[i]).as("element " + i).isNegative();
            } else {
                assertThat(read[i]).as("element " + i).isGreaterThanOrEqualTo(0);
            }
        }
        assertThat(read[8]).isZero();
    }

    @Test
    void whatHasBeenQuantizedStaysAsItIsUnderTheSameScale() {
        for (DynamicMap map : DynamicMap.values()) {
            float[] values = values(700, map, 9);
            // The largest of each block is positive, so that its code is exactly one.
            values[0] = values[256] = values[512] = 4f;
            float[] once = roundTrip(map, values);
            assertThat(roundTrip(map, once)).isEqualTo(once);
        }
    }

    @Test
    void blocksOfZerosStayZero() {
        for (DynamicMap map : DynamicMap.values()) {
            float[] values = values(600, map, 2);
            Arrays.fill(values, 256, 512, 0f);
            float[] read = roundTrip(map, values);
            for (int i = 256; i < 512; i++) {
                assertThat(read[i]).isZero();
            }
            assertThat(read[0]).isNotZero();
            assertThat(read[599]).isNotZero();
        }
    }

    @Test
    void isSavedAndRestoredBitForBit() {
        try (TensorScope _ = TensorScope.open("test");
                BlockwiseCodes one = new BlockwiseCodes(DynamicMap.SIGNED, 300);
                BlockwiseCodes other = new BlockwiseCodes(DynamicMap.SIGNED, 300);
                BlockwiseCodes longer = new BlockwiseCodes(DynamicMap.SIGNED, 301)) {
            one.write(TensorBytes.floats(values(300, DynamicMap.SIGNED, 4), 300));
            Map<String, TensorData> saved = new LinkedHashMap<>();
            one.export("m").forEach(tensor -> saved.put(tensor.name(), tensor));
            assertThat(saved.get("code.m").bytes().toArray(ValueLayout.JAVA_BYTE))
                    .hasSize(300);

            other.restore(TinyModel.source(saved), "m");

            assertThat(TensorBytes.floats(other.read())).isEqualTo(TensorBytes.floats(one.read()));
            assertThatThrownBy(() -> longer.restore(TinyModel.source(saved), "m"))
                    .hasMessageContaining("code.m")
                    .hasMessageContaining("301");
            assertThat(one.bytes()).isEqualTo(2 * (256 + 4));
        }
    }

    @Test
    void emptyVectorsAreRefused() {
        assertThatThrownBy(() -> new BlockwiseCodes(DynamicMap.SIGNED, 0)).hasMessageContaining("got 0");
    }

    private static float[] roundTrip(DynamicMap map, float[] values) {
        try (TensorScope _ = TensorScope.open("test");
                BlockwiseCodes codes = new BlockwiseCodes(map, values.length)) {
            codes.write(TensorBytes.floats(values, values.length));
            return TensorBytes.floats(codes.read());
        }
    }

    /** Over seven decades, so that every part of the map is used. */
    private static float[] values(int length, DynamicMap map, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            double magnitude = Math.pow(10, -7 * random.nextDouble());
            values[i] = (float) (map == DynamicMap.SIGNED && random.nextBoolean() ? -magnitude : magnitude);
        }
        return values;
    }

    private static float largest(float[] values, int from) {
        float largest = 0;
        for (int i = from; i < Math.min(values.length, from + 256); i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }
}
