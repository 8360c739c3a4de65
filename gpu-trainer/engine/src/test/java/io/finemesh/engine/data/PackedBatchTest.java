package io.finemesh.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.text.EncodedText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PackedBatchTest {
    private static final int NONE = PackedRow.NO_TARGET;

    /** The conventions of the class comment, written out. */
    @Test
    void laysDocumentsEndToEndWithShiftedTargets() {
        EncodedText first = new EncodedText(new int[] {10, 11, 12}, new boolean[] {true, false, true});
        EncodedText second = new EncodedText(new int[] {20, 21, 22, 23}, new boolean[] {true, true, true, false});
        PackedBatch batch = PackedBatch.of(List.of(first, second), 8);
        assertThat(batch.samples()).containsExactly(List.of(1, 0));
        assertThat(batch.rows()).hasSize(1);
        PackedRow row = batch.rows().getFirst();
        assertThat(row.tokens()).containsExactly(20, 21, 22, 23, 10, 11, 12);
        assertThat(row.documentStarts()).containsExactly(0, 4, 7);
        assertThat(row.positions()).containsExactly(0, 1, 2, 3, 0, 1, 2);
        assertThat(row.targets()).containsExactly(21, 22, NONE, NONE, NONE, 12, NONE);
        assertThat(batch.tokens()).isEqualTo(7);
        assertThat(batch.labelledTokens()).isEqualTo(3);
        assertThat(batch.documents()).isEqualTo(2);
    }

    @Test
    void opensRowsAsNeeded() {
        EncodedText sample = new EncodedText(new int[] {1, 2, 3}, new boolean[] {false, true, true});
        PackedBatch batch = PackedBatch.of(List.of(sample, sample, sample), 6);
        assertThat(batch.rows()).extracting(row -> row.tokens().length).containsExactly(6, 3);
        assertThat(batch.samples()).containsExactly(List.of(0, 1), List.of(2));
    }

    @Test
    void keepsEveryTokenAndEveryLabelOnceAndPredictsNothingAcrossDocuments() {
        long seed = 0x5eed_0022L;
        SplittableRandom random = new SplittableRandom(seed);
        for (int trial = 0; trial < 200; trial++) {
            List<EncodedText> samples = Samples.random(random, random.nextInt(1, 30), 40);
            PackedBatch batch = PackedBatch.of(samples, random.nextInt(40, 120));
            String facts = "seed %d, trial %d".formatted(seed, trial);
            // Tokens are unique, so a prediction is known by its pair of tokens.
            Map<Integer, Integer> predictions = new HashMap<>();
            Set<Integer> tokens = new HashSet<>();
            for (PackedRow row : batch.rows()) {
                for (int t = 0; t < row.tokens().length; t++) {
                    assertThat(tokens.add(row.tokens()[t])).as(facts).isTrue();
                    if (row.targets()[t] != NONE) {
                        predictions.put(row.tokens()[t], row.targets()[t]);
                    }
                }
            }
            Map<Integer, Integer> expected = new HashMap<>();
            int count = 0;
            for (EncodedText sample : samples) {
                count += sample.length();
                for (int t = 1; t < sample.length(); t++) {
                    if (sample.labelled()[t]) {
                        expected.put(sample.tokens()[t - 1], sample.tokens()[t]);
                    }
                }
            }
            assertThat(predictions).as(facts).isEqualTo(expected);
            assertThat(tokens).as(facts).hasSize(count);
            assertThat(batch.tokens()).as(facts).isEqualTo(count);
            assertThat(batch.labelledTokens()).as(facts).isEqualTo(expected.size());
        }
    }

    @Test
    void saysWhichSampleStandsWhere() {
        long seed = 0x5eed_0023L;
        List<EncodedText> samples = Samples.random(new SplittableRandom(seed), 25, 30);
        PackedBatch batch = PackedBatch.of(samples, 64);
        for (int r = 0; r < batch.rows().size(); r++) {
            PackedRow row = batch.rows().get(r);
            for (int d = 0; d < row.documents(); d++) {
                EncodedText sample = samples.get(batch.samples().get(r).get(d));
                assertThat(row.length(d)).isEqualTo(sample.length());
                assertThat(row.tokens()[row.documentStarts()[d]]).isEqualTo(sample.tokens()[0]);
            }
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new PackedBatch(batch.rows(), List.of()));
    }
}
