package io.finemesh.engine.optim.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DropoutMaskTest {
    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    @Test
    void whatIsDroppedDependsOnSeedStepRowAndWeightAndIsTheShareThatWasAskedFor() {
        try (TensorScope _ = TensorScope.open("masks")) {
            Tensor ones = torch.ones(new long[] {64, 512}, TensorBytes.options(ScalarType.Float));
            float[] one = dropped(ones, DropoutMask.key(1, 2, 3, "w"));
            assertThat(dropped(ones, DropoutMask.key(1, 2, 3, "w"))).isEqualTo(one);
            for (long other : new long[] {
                DropoutMask.key(9, 2, 3, "w"),
                DropoutMask.key(1, 9, 3, "w"),
                DropoutMask.key(1, 2, 9, "w"),
                DropoutMask.key(1, 2, 3, "v")
            }) {
                float[] masked = dropped(ones, other);
                long both = IntStream.range(0, one.length)
                        .filter(i -> one[i] == 0 && masked[i] == 0)
                        .count();
                // Independent masks of a quarter share a sixteenth; six standard deviations.
                assertThat(both / (double) one.length).isCloseTo(1 / 16.0, within(6 * 0.25 / Math.sqrt(one.length)));
            }
            long zeros = IntStream.range(0, one.length).filter(i -> one[i] == 0).count();
            assertThat(zeros / (double) one.length).isCloseTo(0.25, within(6 * 0.44 / Math.sqrt(one.length)));
            for (float value : one) {
                assertThat(value).isIn(0f, 4 / 3f);
            }
        }
    }

    @Test
    void nothingIsDroppedWhereNothingWasAskedFor() {
        try (TensorScope _ = TensorScope.open("no mask")) {
            Tensor ones = torch.ones(new long[] {2, 3}, TensorBytes.options(ScalarType.Float));
            assertThat(DropoutMask.apply(ones, 0, 7)).isSameAs(ones);
        }
    }

    @Test
    void aRateJustBelowOneLeavesNumbers() {
        try (TensorScope _ = TensorScope.open("nearly everything")) {
            Tensor ones = torch.ones(new long[] {64, 512}, TensorBytes.options(ScalarType.Float));
            for (float value : TensorBytes.floats(DropoutMask.apply(ones, Math.nextDown(1.0), 7))) {
                assertThat(value).isIn(0f, 65536f);
            }
        }
    }

    private static float[] dropped(Tensor input, long key) {
        return TensorBytes.write(DropoutMask.apply(input, 0.25, key)).toArray(ValueLayout.JAVA_FLOAT);
    }
}
