package io.finemesh.trainer.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.manifest.ManifestException;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.store.StoreException;
import io.finemesh.engine.text.TokenizerException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures that a whole trainer can be made to meet are in {@link io.finemesh.trainer.lifecycle.FailureTest}. */
class SegmentFailuresTest {
    static Stream<Arguments> thrown() {
        return Stream.of(
                Arguments.of(
                        new SegmentFailureException(FailureCode.NON_FINITE_LOSS, "known"), FailureCode.NON_FINITE_LOSS),
                Arguments.of(StoreException.unreachable("x", new IOException()), FailureCode.STORE_UNREACHABLE),
                Arguments.of(StoreException.answered("x", 507, Optional.empty()), FailureCode.STORAGE_FULL),
                Arguments.of(
                        new TokenizerException(TokenizerException.Reason.MISSING_SPECIAL_TOKEN, "no <|im_end|>"),
                        FailureCode.TOKENIZER_MISMATCH),
                Arguments.of(
                        new TokenizerException(TokenizerException.Reason.UNREADABLE, "gone"),
                        FailureCode.MODEL_NOT_USABLE),
                Arguments.of(
                        new SafetensorsException(SafetensorsException.Reason.HOLE, "w", "a hole"),
                        FailureCode.BLOB_CORRUPT),
                Arguments.of(
                        new ManifestException(List.of(new Problem("w", "shape [1]", "shape [2]"))),
                        FailureCode.CHECKPOINT_REFUSED),
                Arguments.of(new OutOfMemoryError("Java heap space"), FailureCode.OUT_OF_MEMORY),
                Arguments.of(
                        new RuntimeException(
                                "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"),
                        FailureCode.OUT_OF_MEMORY),
                Arguments.of(
                        new RuntimeException("CUDA out of memory. Tried to allocate 20.00 MiB"),
                        FailureCode.OUT_OF_MEMORY),
                Arguments.of(new RuntimeException("size mismatch"), FailureCode.INTERNAL),
                Arguments.of(new IllegalStateException(), FailureCode.INTERNAL),
                Arguments.of(new StackOverflowError(), FailureCode.INTERNAL));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void everythingThrownHasItsCode(Throwable thrown, FailureCode code) {
        assertThat(SegmentFailures.of(thrown).code()).isEqualTo(code);
        assertThat(SegmentFailures.of(new ExecutionException(thrown)).code()).isEqualTo(code);
        assertThat(SegmentFailures.of(thrown).message()).isNotBlank();
    }

    @Test
    void aModelConfigurationThatIsRefusedNamesEveryField() {
        Throwable refused = Assertions.catchThrowable(() -> ModelConfiguration.parse("{\"model_type\":\"mamba\"}"));
        Failure failure = SegmentFailures.of(refused);

        assertThat(refused).isInstanceOf(ModelConfigurationException.class);
        assertThat(failure.code()).isEqualTo(FailureCode.MODEL_NOT_USABLE);
        assertThat(failure.message()).contains("mamba");
    }

    @Test
    void aLimitOnCopiesIsNotTakenForALackOfMemory() {
        Failure failure = SegmentFailures.of(new OutOfMemoryError(
                "Cannot reserve 209715200 bytes of direct buffer memory (allocated: 0, limit: 67108864)"));

        assertThat(failure.message()).contains("209715200", "-XX:MaxDirectMemorySize");
    }

    @Test
    void anUnexpectedFailureSaysWhereToLookAndStaysOneLine() {
        Failure failure = SegmentFailures.of(new IllegalStateException("first line\nsecond line"));

        assertThat(failure.message())
                .contains("IllegalStateException", "first line", "log")
                .doesNotContain("second");
    }
}
