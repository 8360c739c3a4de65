package io.finemesh.score.mtbench;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.score.mtbench.Rating.Note;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RatingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Rating: [[8]] | 8 | PLAIN",
                "Rating: [[7.5]] | 7.5 | PLAIN",
                "[[8.]] | 8 | PLAIN",
                "Rating: [9] | 9 | SINGLE_BRACKETS",
                "arr[0] is wrong. Rating: 3 | 0 | SINGLE_BRACKETS",
                "arr[0] is wrong. Rating: [[3]] | 3 | PLAIN",
                "[[5]] then [[9]] | 5 | SEVERAL",
                "[[5]] and again [[5]] | 5 | PLAIN",
                "[[11]] | 11 | OFF_SCALE",
                "[[0]] | 0 | OFF_SCALE",
                "[[00]] | 0 | OFF_SCALE",
                "[[08.5]] | 8.5 | PLAIN",
                "[[08]] | -1 | NOT_PYTHON",
                "[[８]] | -1 | NOT_PYTHON",
                "[[8/10]] | -1 | ABSENT",
                "[[ 8 ]] | -1 | ABSENT",
                "[[-1]] | -1 | ABSENT",
                "[[.5]] | -1 | ABSENT",
                "no rating | -1 | ABSENT",
                "'' | -1 | ABSENT",
                "$ERROR$ | -1 | FAILED"
            })
    void readsRatingsAsTheReferenceDoes(String reply, double score, Note note) {
        assertThat(Rating.of(reply)).isEqualTo(new Rating(score, note));
    }

    @Test
    void aRatingOfAThousandDigitsIsNoRating() {
        assertThat(Rating.of("[[" + "9".repeat(1000) + "]]")).isEqualTo(new Rating(-1, Note.NOT_PYTHON));
        assertThat(Rating.of("[".repeat(500_000) + "8".repeat(500_000)).score()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[[", "[[1", "[1", "1", "]", "[[1,", "1.1,"})
    void aMillionCharactersAreReadInOnePass(String unit) {
        String reply = unit.repeat(1_000_000 / unit.length());
        assertThat(Rating.of(reply).score()).isEqualTo(-1);
        assertThat(Rating.of(reply + "[[7]]").score()).isEqualTo(7);
        assertThat(PairVerdict.ofRatings(reply)).isEqualTo(PairVerdict.ERROR);
        assertThat(PairVerdict.ofLetter(reply)).isEqualTo(PairVerdict.ERROR);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "so [[A]] | A",
                "so [[B]] | B",
                "so [[C]] | TIE",
                "not [[B]] but [[A]] | A",
                "[[C]] or [[B]] | B",
                "[A] | ERROR",
                "'' | ERROR"
            })
    void lettersAreLookedForInOrder(String reply, PairVerdict verdict) {
        assertThat(PairVerdict.ofLetter(reply)).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[[8,7]] | A",
                "[[7, 8.5]] | B",
                "[[8,8.05]] | TIE",
                "[7, 8] | B",
                "[[7,  8]] | ERROR",
                "[[08,8]] | ERROR",
                "8 to 7 | ERROR"
            })
    void twoRatingsWithinATenthAreATie(String reply, PairVerdict verdict) {
        assertThat(PairVerdict.ofRatings(reply)).isEqualTo(verdict);
    }
}
