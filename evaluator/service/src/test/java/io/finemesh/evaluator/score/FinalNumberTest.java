package io.finemesh.evaluator.score;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FinalNumberTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "none",
            value = {
                "3+4=7 #### 7                  | 7",
                "#### 1,234                    | 1234",
                "#### -5                       | -5",
                "#### 18.                      | 18",
                "#### 18.00                    | 18.00",
                "#### 7 and then #### 8        | 7",
                "#### seven                    | none",
                "####7                         | none",
                "7                             | none",
                "``                            | none",
                "#### −5                       | none",
                "#### $5                       | none"
            })
    void theFirstMarkedNumberCounts(String answer, String expected) {
        assertThat(FinalNumber.of(answer).orElse(null)).isEqualTo(expected);
    }

    @Test
    void numbersAreComparedAsStringsAfterNormalisation() {
        assertThat(FinalNumber.matches(" 3+4=7 #### 7", "3+4=7 #### 7")).isTrue();
        assertThat(FinalNumber.matches("#### 1,000", "so it is $1000 #### 1000"))
                .isTrue();
        assertThat(FinalNumber.matches("#### 18.00", "#### 18")).isFalse();
        assertThat(FinalNumber.matches("#### 70", "#### 7")).isFalse();
        assertThat(FinalNumber.matches("7", "#### 7")).isFalse();
    }

    @Test
    void anAnswerOfAMillionDigitsIsScoredLikeAnyOther() {
        String digits = "9".repeat(1_000_000);

        assertThat(FinalNumber.of("#### " + digits)).contains(digits);
        assertThat(FinalNumber.of(digits)).isEmpty();
    }
}
