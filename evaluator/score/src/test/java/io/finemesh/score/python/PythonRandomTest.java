package io.finemesh.score.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.SharedData;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PythonRandomTest {
    @Test
    void drawsTheWordsThatPythonDraws() {
        PythonRandom random = new PythonRandom(1234);
        long[] words = new long[5];
        Arrays.setAll(words, i -> Integer.toUnsignedLong(random.nextWord()));
        assertThat(words).containsExactly(4150886329L, 3342196574L, 1892932127L, 501869158L, 32175636L);
        PythonRandom uniform = new PythonRandom(1234);
        assertThat(uniform.next()).isEqualTo(0.9664535356921388);
        assertThat(uniform.next()).isEqualTo(0.4407325991753527);
    }

    @Test
    void seedsAreMagnitudesOfAnyLength() {
        assertThat(Integer.toUnsignedLong(new PythonRandom(0).nextWord())).isEqualTo(3626764237L);
        assertThat(Integer.toUnsignedLong(new PythonRandom(-7).nextWord())).isEqualTo(1390851128L);
        assertThat(Integer.toUnsignedLong(new PythonRandom((1L << 40) + 3).nextWord()))
                .isEqualTo(943978446L);
    }

    @Test
    void samplesFromThePoolAndByRejection() {
        PythonRandom random = new PythonRandom(42);
        assertThat(random.sample(30, 6)).containsExactly(20, 3, 0, 23, 8, 7);
        assertThat(random.sample(1000, 8)).containsExactly(228, 142, 754, 104, 692, 758, 913, 558);
    }

    @Test
    void samplesAreDistinctAndNoLargerThanThePopulation() {
        PythonRandom random = new PythonRandom(5);
        for (int count = 0; count <= 40; count++) {
            assertThat(Arrays.stream(random.sample(40, count)).distinct().count())
                    .isEqualTo(count);
        }
        assertThatThrownBy(() -> random.sample(3, 4)).hasMessageContaining("a sample of 4 from 3");
        assertThatThrownBy(() -> random.below(0)).hasMessageContaining("1 or more");
    }

    @Test
    void drawsTheGoldenSamplesOnBothSidesOfTheBorder() {
        JsonNode golden = SharedData.json("golden/gsm8k.json");
        assertSamples(golden.get("small_pool_sample_n10_k3_pool_path"), 10, 3);
        assertSamples(golden.get("small_pool_sample_n21_k5"), 21, 5);
        assertSamples(golden.get("small_pool_sample_n22_k5"), 22, 5);
        for (int count : new int[] {1, 5, 8}) {
            assertSamples(golden.get("k" + count).get("first10"), 7473, count);
        }
    }

    private static void assertSamples(JsonNode expected, int population, int count) {
        PythonRandom random = new PythonRandom(1234);
        assertThat(expected).isNotEmpty();
        for (JsonNode sample : expected) {
            int[] indices = new int[count];
            Arrays.setAll(indices, i -> sample.get(i).intValue());
            assertThat(random.sample(population, count)).containsExactly(indices);
        }
    }
}
