package io.finemesh.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.bytedeco.pytorch.global.torch.empty;

import io.finemesh.engine.model.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeMemoryTest {
    /** Elements of four bytes, more than an address of 48 bits reaches. */
    private static final long TOO_MANY = 1L << 47;

    @Test
    void whatTheLibraryThrowsWhenAnAllocationFailsIsKnown() {
        Backend.start(TinyModel.THREADS);

        Throwable thrown = catchThrowable(() -> empty(TOO_MANY).close());

        assertThat(thrown).isNotNull();
        assertThat(NativeMemory.isExhausted(thrown)).as("%s", thrown).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"CUDA out of memory. Tried to allocate 20.00 MiB", "DefaultCPUAllocator: not enough memory: you"
            })
    void theWordsOfTheAllocatorsAreKnown(String message) {
        assertThat(NativeMemory.isExhausted(new RuntimeException(message))).isTrue();
    }

    @Test
    void otherFailuresAreNoLackOfMemory() {
        assertThat(NativeMemory.isExhausted(new RuntimeException("size mismatch")))
                .isFalse();
        assertThat(NativeMemory.isExhausted(new IllegalStateException())).isFalse();
        assertThat(NativeMemory.isExhausted(new Exception("out of memory")))
                .as("a checked exception is none of LibTorch's")
                .isFalse();
    }
}
