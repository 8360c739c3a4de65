package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.failure.Disposition;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.engine.text.TokenizerException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluationFailuresTest {
    static Stream<Throwable> lacksOfMemory() {
        return Stream.of(
                new OutOfMemoryError("Java heap space"),
                new RuntimeException(
                        "CUDA out of memory. Tried to allocate 20.00 MiB\nException raised from malloc at x.cpp:1"),
                new RuntimeException(
                        "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"));
    }

    @ParameterizedTest
    @MethodSource("lacksOfMemory")
    void aLackOfMemoryIsTriedAgainAndSaysWhatToLower(Throwable thrown) {
        Failure failure = EvaluationFailures.of(thrown);

        assertThat(failure.code()).isEqualTo(FailureCode.OUT_OF_MEMORY);
        assertThat(failure.code().disposition()).isEqualTo(Disposition.RETRY);
        assertThat(failure.message())
                .contains("generation-batch", "tokens-per-row")
                .doesNotContain("x.cpp", "\n");
    }

    @Test
    void aTokenizerOfAnotherVocabularyIsTold() {
        assertThat(EvaluationFailures.of(new TokenizerException(
                                TokenizerException.Reason.VOCABULARY_MISMATCH, "512 tokens, and the model has 500"))
                        .code())
                .isEqualTo(FailureCode.TOKENIZER_MISMATCH);
    }

    @Test
    void whatHasNoPlaceIsABug() {
        assertThat(EvaluationFailures.of(new RuntimeException("size mismatch")).code())
                .isEqualTo(FailureCode.INTERNAL);
    }
}
