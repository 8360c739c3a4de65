package io.finemesh.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.data.DatasetException.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowPackerTest {
    @Test
    void putsEachDocumentIntoTheFirstRowWithRoomLongestFirst() {
        assertThat(RowPacker.pack(new int[] {5, 4, 3, 2, 1}, 6))
                .containsExactly(List.of(0, 4), List.of(1, 3), List.of(2));
        assertThat(RowPacker.pack(new int[] {3, 3, 3, 3}, 6)).containsExactly(List.of(0, 1), List.of(2, 3));
        assertThat(RowPacker.pack(new int[] {1, 6, 2}, 6)).containsExactly(List.of(1), List.of(2, 0));
        assertThat(RowPacker.pack(new int[] {6}, 6)).containsExactly(List.of(0));
        assertThat(RowPacker.pack(new int[] {}, 6)).isEmpty();
    }

    @Test
    void packsEveryDocumentOnceAndNoRowTooFull() {
        long seed = 0x5eed_0021L;
        SplittableRandom random = new SplittableRandom(seed);
        for (int trial = 0; trial < 300; trial++) {
            int capacity = random.nextInt(1, 200);
            int[] lengths = random.ints(random.nextInt(0, 80), 1, capacity + 1).toArray();
            List<List<Integer>> rows = RowPacker.pack(lengths, capacity);
            String facts =
                    "seed %d, trial %d: %s in rows of %d".formatted(seed, trial, Arrays.toString(lengths), capacity);
            assertThat(rows.stream().flatMap(List::stream).sorted().toList())
                    .as(facts)
                    .isEqualTo(IntStream.range(0, lengths.length).boxed().toList());
            int total = IntStream.of(lengths).sum();
            for (List<Integer> row : rows) {
                int[] inRow =
                        row.stream().mapToInt(document -> lengths[document]).toArray();
                assertThat(IntStream.of(inRow).sum()).as(facts).isLessThanOrEqualTo(capacity);
                for (int d = 1; d < inRow.length; d++) {
                    assertThat(inRow[d]).as(facts).isLessThanOrEqualTo(inRow[d - 1]);
                }
            }
            // Two rows at most half full would have shared one, so all but one are more than half full.
            assertThat(rows.size()).as(facts).isLessThanOrEqualTo(2 * total / capacity + 1);
        }
    }

    /** The largest that fits, again and again until nothing does, is how LLaMA-Factory fills a row. */
    @Test
    void fillsEachRowWithTheLargestThatFits() {
        SplittableRandom random = new SplittableRandom(0x5eed_0042L);
        for (int trial = 0; trial < 200; trial++) {
            int capacity = random.nextInt(1, 100);
            int[] lengths = random.ints(random.nextInt(0, 40), 1, capacity + 1).toArray();
            List<Integer> left = new ArrayList<>(IntStream.of(lengths).boxed().toList());
            List<List<Integer>> expected = new ArrayList<>();
            while (!left.isEmpty()) {
                List<Integer> row = new ArrayList<>();
                for (int room = capacity; ; ) {
                    int most = room;
                    Optional<Integer> fitting =
                            left.stream().filter(length -> length <= most).max(Integer::compare);
                    if (fitting.isEmpty()) {
                        break;
                    }
                    row.add(fitting.get());
                    left.remove(fitting.get());
                    room -= fitting.get();
                }
                expected.add(row);
            }

            assertThat(RowPacker.pack(lengths, capacity).stream()
                            .map(row -> row.stream()
                                    .map(document -> lengths[document])
                                    .toList())
                            .toList())
                    .as("trial %d: %s in rows of %d", trial, Arrays.toString(lengths), capacity)
                    .isEqualTo(expected);
        }
    }

    /** The reference's packer never ends on these; here they are refused before anything is packed. */
    @Test
    void refusesADocumentLongerThanARow() {
        assertThatThrownBy(() -> RowPacker.pack(new int[] {2, 7, 3}, 6))
                .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.SAMPLE_EXCEEDS_ROW))
                .hasMessageContaining("sample 1 has 7 tokens, a row takes at most 6");
    }

    @Test
    void refusesDocumentsAndRowsWithoutTokens() {
        assertThatIllegalArgumentException().isThrownBy(() -> RowPacker.pack(new int[] {0}, 6));
        assertThatIllegalArgumentException().isThrownBy(() -> RowPacker.pack(new int[] {1}, 0));
    }
}
