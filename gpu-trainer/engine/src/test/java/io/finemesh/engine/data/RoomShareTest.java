package io.finemesh.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.engine.text.EncodedText;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoomShareTest {
    @Test
    void theLongerSideLosesFirst() {
        assertThat(RoomShare.of(10, 10, 100)).isEqualTo(new RoomShare(10, 10));
        assertThat(RoomShare.of(100, 10, 50)).isEqualTo(new RoomShare(40, 10));
        assertThat(RoomShare.of(10, 100, 50)).isEqualTo(new RoomShare(10, 40));
        assertThat(RoomShare.of(100, 100, 50)).isEqualTo(new RoomShare(25, 25));
        assertThat(RoomShare.of(0, 0, 0)).isEqualTo(new RoomShare(0, 0));
        assertThat(RoomShare.of(1, 1, 1)).as("nothing is learned from it").isEqualTo(new RoomShare(1, 0));
    }

    @Test
    void bothSidesKeepTheirBeginning() {
        EncodedText sample = new EncodedText(
                new int[] {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16},
                new boolean[] {false, false, false, false, false, false, true, true, true, true, true, true});

        assertThat(RoomShare.cut(sample, 4))
                .isEqualTo(new EncodedText(new int[] {1, 2, 11, 12}, new boolean[] {false, false, true, true}));
    }

    @Test
    void laterQuestionsShareWhatEarlierOnesLeave() {
        EncodedText sample = new EncodedText(
                new int[] {1, 11, 2, 3, 4, 12, 13, 14},
                new boolean[] {false, true, false, false, false, true, true, true});

        assertThat(RoomShare.cut(sample, 6))
                .isEqualTo(new EncodedText(
                        new int[] {1, 11, 2, 3, 12, 13}, new boolean[] {false, true, false, false, true, true}));
    }

    @Test
    void aShareIsNeverMoreThanThereIsNorThanTheRoom() {
        SplittableRandom random = new SplittableRandom(0x5eed_0041L);
        for (int trial = 0; trial < 2000; trial++) {
            int length = random.nextInt(1, 60);
            boolean[] labelled = new boolean[length];
            for (int t = 1; t < length; t++) {
                labelled[t] = random.nextInt(4) == 0 ? random.nextBoolean() : labelled[t - 1];
            }
            EncodedText sample = new EncodedText(IntStream.range(0, length).toArray(), labelled);
            int room = random.nextInt(1, 70);

            EncodedText cut = RoomShare.cut(sample, room);

            String facts = Arrays.toString(labelled) + " in " + room;
            assertThat(cut.length()).as(facts).isLessThanOrEqualTo(Math.min(room, length));
            assertThat(cut.tokens()).as(facts).isSorted().doesNotHaveDuplicates();
            for (int t = 0; t < cut.length(); t++) {
                assertThat(cut.labelled()[t]).as(facts).isEqualTo(labelled[cut.tokens()[t]]);
            }
            if (length <= room) {
                assertThat(cut).as(facts).isEqualTo(sample);
            }
        }
    }
}
