package io.finemesh.score.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexFilterTest {
    private static RegexFilter filter(String regex, boolean last) {
        return new RegexFilter("regex", Pattern.compile(regex, Pattern.UNIX_LINES), last);
    }

    @Test
    void theFirstOrTheLastMatchIsTakenAndOfItsGroupsTheFirstThatIsNotEmpty() {
        assertThat(filter("[0-9]+", false).read("1 then 23")).isEqualTo("1");
        assertThat(filter("[0-9]+", true).read("1 then 23")).isEqualTo("23");
        assertThat(filter("(a)|(b)", false).read("xb")).isEqualTo("b");
        assertThat(filter("c", false).read("xb")).isEqualTo(RegexFilter.INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+$", "(a|aa)+$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a|b)*c", ".*b"})
    void anExpressionThatTriesEveryWayIsStoppedAndNamed(String regex) {
        String text = "a".repeat(100_000) + "!";
        assertThatThrownBy(() -> filter(regex, false).read(text))
                .isInstanceOfSatisfying(TaskException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(TaskException.Reason.UNBOUNDED_PATTERN))
                .hasMessageContaining(regex)
                .hasMessageContaining("100001 characters");
    }

    @Test
    void anOrdinaryAnswerMayBeReadCarelessly() {
        assertThat(filter(".*is ([0-9]+)", true).read("so ".repeat(2_000) + "it is 7"))
                .isEqualTo("7");
        assertThat(filter(".*is ([0-9]+)", true).read("so ".repeat(2_000))).isEqualTo(RegexFilter.INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[0-9]+", "(-?[$0-9.,]{2,})|(-?[0-9]+)", "The answer is (-?[0-9.,]*[0-9]+)", "x"})
    void aMillionCharactersAreNoTroubleForAnExpressionThatGoesThroughOnce(String regex) {
        for (String unit : new String[] {"1", "a", ", ", "The answer is 1. "}) {
            assertThat(filter(regex, true).read(unit.repeat(1_000_000 / unit.length())))
                    .isNotNull();
        }
    }
}
