package io.finemesh.score.gsm8k;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.SharedData;
import io.finemesh.score.task.RegexFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FinalAnswerTest {
    private static final RegexFilter STRICT = Gsm8kVariant.PLAIN.filters().get(0);
    private static final RegexFilter FLEXIBLE = Gsm8kVariant.PLAIN.filters().get(1);

    @Test
    void readsEveryGoldenCaseAsTheReferenceDoes() {
        JsonNode cases = SharedData.json("golden/gsm8k.json").get("filter_cases");
        assertThat(cases).hasSize(38);
        for (JsonNode one : cases) {
            String response = one.get("resp").textValue();
            assertThat(STRICT.read(response))
                    .as(response)
                    .isEqualTo(one.get("strict").textValue());
            assertThat(FLEXIBLE.read(response))
                    .as(response)
                    .isEqualTo(one.get("flex").textValue());
            assertThat(FinalAnswer.normalised(STRICT.read(response)))
                    .as(response)
                    .isEqualTo(one.get("strict_norm").textValue());
            assertThat(FinalAnswer.normalised(FLEXIBLE.read(response)))
                    .as(response)
                    .isEqualTo(one.get("flex_norm").textValue());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "so #### 18 and #### 19 | 18 | 19",
                "####18 | [invalid] | 18",
                "#### -1,234. | -1,234. | -1,234.",
                "costs $5 | [invalid] | $5",
                "−7 | [invalid] | 7",
                "nothing | [invalid] | [invalid]",
                "pay $1,234. | [invalid] | $1,234.",
                "1/2 | [invalid] | 2",
                "at 12:30 | [invalid] | 30",
                "3.5% | [invalid] | 3.5",
                "is \u0661\u0662 | [invalid] | [invalid]",
                "1e5 | [invalid] | 5",
                "well ... | [invalid] | ...",
                "only $ | [invalid] | [invalid]",
                "'' | [invalid] | [invalid]",
                "cut at #### 12,34 | 12,34 | 12,34",
                "10 - 5 | [invalid] | 5",
                "x-5 | [invalid] | -5"
            })
    void strictTakesTheFirstMarkedNumberAndFlexibleTheLastNumber(String response, String strict, String flexible) {
        assertThat(STRICT.read(response)).isEqualTo(strict);
        assertThat(FLEXIBLE.read(response)).isEqualTo(flexible);
    }

    @Test
    void normalisationKeepsTheReferencesQuirks() {
        assertThat(FinalAnswer.normalised("a #### 1 b #### $2,000.")).isEqualTo("2000");
        assertThat(FinalAnswer.normalised("18.00")).isEqualTo("18.00");
        assertThat(FinalAnswer.normalised("5..")).isEqualTo("5.");
        assertThat(FinalAnswer.normalised("5.\n")).isEqualTo("5\n");
        // A carriage return and the next-line control end no line in the reference.
        assertThat(FinalAnswer.normalised("5.\r")).isEqualTo("5.\r");
        assertThat(FinalAnswer.normalised("5.\u0085")).isEqualTo("5.\u0085");
        assertThat(FinalAnswer.normalised("5\u0000")).isEqualTo("5");
        assertThat(FinalAnswer.normalised("[INVALID]")).isEqualTo("[invalid]");
        assertThat(FinalAnswer.matches("18", "x\n#### 18")).isTrue();
        assertThat(FinalAnswer.matches("18.0", "x\n#### 18")).isFalse();
    }

    @Test
    void aMillionCharactersAreReadInOnePass() {
        for (String unit : new String[] {"1", "$", "-", "#", "#### ", "#### 1", ",", "a1", "The answer is "}) {
            String response = unit.repeat(1_000_000 / unit.length());
            for (Gsm8kVariant variant : Gsm8kVariant.values()) {
                variant.filters().forEach(filter -> assertThat(FinalAnswer.normalised(filter.read(response)))
                        .isNotNull());
            }
            assertThat(FinalAnswer.normalised(response)).hasSizeLessThanOrEqualTo(response.length());
        }
        assertThat(FLEXIBLE.read("1".repeat(1_000_000))).hasSize(1_000_000);
    }

    @Test
    void brokenTextIsReadWithoutComplaint() {
        assertThat(FLEXIBLE.read("\ud800 4 \udc00 2")).isEqualTo("2");
        assertThat(FLEXIBLE.read("\u0000 3\u0000")).isEqualTo("3");
        assertThat(FLEXIBLE.read("4\ufffd")).isEqualTo("4");
    }

    @Test
    void answerLinesOfPublishedSolutionsAreFound() {
        assertThat(FinalAnswer.onAnswerLine("6*3=<<6*3=18>>18\nA: 18")).contains("18");
        assertThat(FinalAnswer.onAnswerLine("A: 1\nx\n#### 2 ")).contains("2");
        assertThat(FinalAnswer.onAnswerLine("USA: 18")).isEmpty();
        assertThat(FinalAnswer.ofReference("x\nA: $1,800.")).contains("1800");
        assertThat(FinalAnswer.ofReference("$2,000")).contains("2000");
        assertThat(FinalAnswer.ofReference("about 3 or 4")).isEmpty();
        assertThat(FinalAnswer.ofReference("")).isEmpty();
    }
}
