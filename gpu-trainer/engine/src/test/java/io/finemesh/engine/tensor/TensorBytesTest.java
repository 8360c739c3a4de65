package io.finemesh.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.engine.model.TinyModel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TensorBytesTest {
    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    @Test
    void readsUnalignedBytes() {
        byte[] bytes = new byte[13];
        MemorySegment segment = MemorySegment.ofArray(bytes).asSlice(1);
        segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, 1.5f);
        segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4, -2f);
        segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 8, 1e-30f);
        try (TensorScope _ = TensorScope.open("test")) {
            Tensor tensor = TensorBytes.read(Dtype.F32, List.of(3L, 1L), segment);

            assertThat(TensorBytes.floats(tensor)).containsExactly(1.5f, -2f, 1e-30f);
            assertThat(tensor.size(0)).isEqualTo(3);
        }
    }

    @Test
    void writesViewsInTheirOwnOrder() {
        try (TensorScope _ = TensorScope.open("test")) {
            Tensor matrix = TensorBytes.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

            assertThat(TensorBytes.floats(matrix.t())).containsExactly(1, 4, 2, 5, 3, 6);
        }
    }

    @Test
    void copiesLiveAsLongAsTheirArena() {
        try (TensorScope _ = TensorScope.open("test")) {
            Tensor values = TensorBytes.floats(new float[] {1, 2}, 2);
            Arena arena = Arena.ofShared();
            MemorySegment copy = TensorBytes.copying(arena, () -> TensorBytes.write(values));
            MemorySegment outside = TensorBytes.write(values);
            assertThat(copy.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 2);

            arena.close();

            assertThat(copy.scope().isAlive()).isFalse();
            assertThat(outside.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 2);
        }
    }

    @Test
    void narrowsToNearestEven() {
        try (TensorScope _ = TensorScope.open("test")) {
            // 1 + 2^-8 lies between two neighbours of bf16, and the even one is 1.
            Tensor wide = TensorBytes.floats(new float[] {1.00390625f, 1.01171875f}, 2);

            Tensor narrow = wide.to(ScalarType.BFloat16);

            assertThat(TensorBytes.write(narrow).toArray(ValueLayout.JAVA_SHORT))
                    .containsExactly((short) 0x3f80, (short) 0x3f82);
        }
    }

    @Test
    void refusesBytesOfAnotherSize() {
        assertThatThrownBy(() -> TensorBytes.read(Dtype.F32, List.of(2L), MemorySegment.ofArray(new byte[7])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shape [2] and type F32 has 8 bytes, got 7");
    }

    @Test
    void refusesTypesItCannotComputeWith() {
        assertThatThrownBy(() -> TensorBytes.read(Dtype.F8_E4M3, List.of(1L), MemorySegment.ofArray(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("F8_E4M3")
                .hasMessageContaining("allowed: F32, F64, F16, BF16, I64, I32");
    }
}
