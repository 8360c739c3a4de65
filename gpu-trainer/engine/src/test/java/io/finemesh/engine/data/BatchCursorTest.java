package io.finemesh.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.data.DatasetException.Reason;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.text.EncodedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchCursorTest {
    private static final List<EncodedText> TEN = Samples.random(new SplittableRandom(1), 10, 12);

    private static BatchCursor cursor(int batchSize, long seed) {
        return new BatchCursor(TEN, new BatchPlan(batchSize, 32, seed));
    }

    @Test
    void readsEverySampleOncePerEpochWhateverTheBatchSize() {
        long master = 0x5eed_0031L;
        SplittableRandom random = new SplittableRandom(master);
        for (int trial = 0; trial < 100; trial++) {
            List<EncodedText> samples = Samples.random(random, random.nextInt(1, 40), 10);
            BatchPlan plan = new BatchPlan(random.nextInt(1, 50), 16, random.nextLong());
            BatchCursor cursor = new BatchCursor(samples, plan);
            int epochs = 4;
            List<Integer> stream = new ArrayList<>();
            for (long step = 0; stream.size() < epochs * samples.size(); step++) {
                assertThat(cursor.samplesOf(step)).hasSize(plan.batchSize());
                assertThat(cursor.epochOf(step)).isEqualTo(stream.size() / samples.size());
                stream.addAll(cursor.samplesOf(step));
            }
            for (int epoch = 0; epoch < epochs; epoch++) {
                assertThat(stream.subList(epoch * samples.size(), (epoch + 1) * samples.size()).stream()
                                .sorted()
                                .toList())
                        .as(
                                "master seed %d, trial %d, %d samples, %s, epoch %d",
                                master, trial, samples.size(), plan, epoch)
                        .isEqualTo(IntStream.range(0, samples.size()).boxed().toList());
            }
        }
    }

    @Test
    void anyStepIsTheSameWhetherReadInOrderOrAlone() {
        BatchCursor inOrder = cursor(3, 7);
        List<List<PackedRow>> read = new ArrayList<>();
        for (long step = 0; step < 40; step++) {
            read.add(inOrder.rows(step));
        }
        BatchCursor jumping = cursor(3, 7);
        for (int step : new int[] {39, 0, 17, 16, 3, 39, 38}) {
            assertSameRows(jumping.rows(step), read.get(step));
            assertSameRows(cursor(3, 7).rows(step), read.get(step));
        }
    }

    private static void assertSameRows(List<PackedRow> actual, List<PackedRow> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int r = 0; r < expected.size(); r++) {
            assertThat(actual.get(r).tokens()).isEqualTo(expected.get(r).tokens());
            assertThat(actual.get(r).targets()).isEqualTo(expected.get(r).targets());
            assertThat(actual.get(r).documentStarts()).isEqualTo(expected.get(r).documentStarts());
        }
    }

    @Test
    void aBatchHoldsTheSamplesOfItsStepInFull() {
        BatchCursor cursor = cursor(4, 5);
        PackedBatch batch = cursor.batch(6);
        int[] expected = cursor.samplesOf(6).stream()
                .flatMapToInt(i -> Arrays.stream(TEN.get(i).tokens()))
                .sorted()
                .toArray();
        int[] packed = batch.rows().stream()
                .flatMapToInt(row -> Arrays.stream(row.tokens()))
                .sorted()
                .toArray();
        assertThat(packed).isEqualTo(expected);
        assertThat(batch.documents()).isEqualTo(4);
        assertThat(batch.rows()).allMatch(row -> row.tokens().length <= 32);
    }

    @Test
    void reshufflesBetweenEpochsAndSeeds() {
        assertThat(cursor(10, 1).samplesOf(0)).isEqualTo(cursor(10, 1).samplesOf(0));
        assertThat(cursor(10, 1).samplesOf(0)).isNotEqualTo(cursor(10, 1).samplesOf(1));
        assertThat(cursor(10, 1).samplesOf(0)).isNotEqualTo(cursor(10, 2).samplesOf(0));
    }

    /** Part of every run ever made; computed by a separate program from the description of the order. */
    @Test
    void theOrderNeverChangesFromOneVersionToTheNext() {
        assertThat(cursor(10, 42).samplesOf(3)).containsExactly(3, 1, 7, 9, 2, 6, 4, 5, 8, 0);
    }

    @Test
    void findsABatchFarIntoARun() {
        BatchCursor cursor = cursor(3, 9);
        assertThat(cursor.samplesOf(3_000_000_000L)).hasSize(3);
        assertThat(cursor.epochOf(3_000_000_000L)).isEqualTo(900_000_000L);
        assertThatThrownBy(() -> cursor.samplesOf(Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> cursor.samplesOf(-1));
    }

    @Test
    void goesOnWhereASavedStateSays() {
        CursorState saved = cursor(3, 7).stateAt(12);
        assertThat(cursor(3, 7).resume(saved)).isEqualTo(12);
    }

    @Test
    void refusesToGoOnWithOtherDataOrAnotherPlanAndNamesEveryDifference() {
        CursorState saved = cursor(3, 7).stateAt(12);
        BatchCursor other = new BatchCursor(TEN.subList(0, 9), new BatchPlan(4, 64, 8));
        assertThatThrownBy(() -> other.resume(saved))
                .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.CURSOR_MISMATCH))
                .hasMessageContaining("seed (was 7, is 8)")
                .hasMessageContaining("batch size (was 3, is 4)")
                .hasMessageContaining("tokens per row (was 32, is 64)")
                .hasMessageContaining("number of samples (was 10, is 9)")
                .hasMessageContaining("tokens or labels");
    }

    @Test
    void noticesASingleChangedLabelOrToken() {
        CursorState saved = cursor(3, 7).stateAt(0);
        EncodedText first = TEN.getFirst();
        boolean[] otherLabels = first.labelled().clone();
        otherLabels[0] = !otherLabels[0];
        int[] otherTokens = first.tokens().clone();
        otherTokens[1]++;
        for (EncodedText changed :
                List.of(new EncodedText(first.tokens(), otherLabels), new EncodedText(otherTokens, first.labelled()))) {
            List<EncodedText> samples = new ArrayList<>(TEN);
            samples.set(0, changed);
            BatchCursor other = new BatchCursor(samples, new BatchPlan(3, 32, 7));
            assertThatThrownBy(() -> other.resume(saved)).hasMessageContaining("tokens or labels");
        }
    }

    @Test
    void refusesSamplesThatCannotBePacked() {
        assertThatThrownBy(() -> new BatchCursor(List.of(), new BatchPlan(1, 8, 0)))
                .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.NO_SAMPLES));
        EncodedText nine = new EncodedText(new int[9], new boolean[9]);
        assertThatThrownBy(() -> new BatchCursor(List.of(nine), new BatchPlan(1, 8, 0)))
                .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.SAMPLE_EXCEEDS_ROW))
                .hasMessageContaining("sample 0 has 9 tokens, a row takes at most 8");
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchPlan(0, 8, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchPlan(1, 1, 0));
    }
}
