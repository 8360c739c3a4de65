package io.finemesh.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    private static final List<String> NAMES = List.of("tiny-llama", "tiny-llama-2", "sums", "stories", "mesh");

    @ParameterizedTest
    @CsvSource({
        "tiny-lama, tiny-llama",
        "tiny_llama, tiny-llama",
        "TINY-LLAMA-2, tiny-llama-2",
        "sum, sums",
        "smus, sums",
        "storeis, stories",
        "tiny, tiny-llama"
    })
    void findsTheNearest(String given, String nearest) {
        assertThat(NearestName.of(given, NAMES)).contains(nearest);
    }

    @Test
    void isSilentWhereNothingIsNear() {
        assertThat(NearestName.of("qwen", NAMES)).isEmpty();
        assertThat(NearestName.of("x".repeat(10_000), NAMES)).isEmpty();
        assertThat(NearestName.of("", NAMES)).isEmpty();
    }

    @Test
    void ordersSeveralByDistance() {
        assertThat(NearestName.several("tiny-llama-3", NAMES, 3)).containsExactly("tiny-llama-2", "tiny-llama");
    }

    @ParameterizedTest
    @CsvSource({"abc, abc, 0", "abc, abd, 1", "abc, acb, 1", "'', abc, 3", "kitten, sitting, 3"})
    void countsEdits(String left, String right, int edits) {
        assertThat(NearestName.distance(left, right)).isEqualTo(edits);
        assertThat(NearestName.distance(right, left)).isEqualTo(edits);
    }
}
