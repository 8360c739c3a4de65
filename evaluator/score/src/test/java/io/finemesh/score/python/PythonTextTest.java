package io.finemesh.score.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonTextTest {
    @ParameterizedTest
    @CsvSource({
        "1e16, 1e+16",
        "123456789012345680.0, 1.2345678901234568e+17",
        "0.0001, 0.0001",
        "0.00001, 1e-05",
        "1.5e-7, 1.5e-07",
        "100, 100.0",
        "-0.0, -0.0",
        "0.3333333333333333, 0.3333333333333333",
        "5e-324, 5e-324",
        "1e22, 1e+22",
        "-1234.5, -1234.5",
        "9007199254740993, 9007199254740992.0"
    })
    void spellsNumbersAsPythonDoes(double number, String expected) {
        assertThat(PythonText.repr(number)).isEqualTo(expected);
    }

    @Test
    void everySpellingReadsBackAsTheNumber() {
        PythonRandom random = new PythonRandom(11);
        for (int i = 0; i < 20_000; i++) {
            double number = Double.longBitsToDouble((long) random.nextWord() << 32 | random.nextWord() & 0xffffffffL);
            if (Double.isFinite(number)) {
                assertThat(Double.parseDouble(PythonText.repr(number))).isEqualTo(number);
            }
        }
    }

    @Test
    void stripsNoBreakSpacesAndSeparators() {
        assertThat(PythonText.strip("\u00a0\u2007\u202f\u001c\u0085 4 2\u3000\t\r\n"))
                .isEqualTo("4 2");
        assertThat(PythonText.strip("\u200b42")).isEqualTo("\u200b42");
        assertThat(PythonText.strip(" \n ")).isEmpty();
    }

    @Test
    void countsCharactersNotUnits() {
        assertThat(PythonText.length("a\ud83d\ude00b")).isEqualTo(3);
    }

    @Test
    void fieldsAreFilledInOnePass() {
        PythonFormat format = PythonFormat.parse("{{x}} {a}{b} {a}");
        assertThat(format.fields()).containsExactly("a", "b");
        assertThat(format.fill(Map.of("a", "{b} %s $1 \\", "b", "{question_2}")))
                .isEqualTo("{x} {b} %s $1 \\{question_2} {b} %s $1 \\");
        assertThatThrownBy(() -> format.fill(Map.of("a", ""))).hasMessageContaining("{b}");
    }

    @ParameterizedTest
    @CsvSource({"a{b, 1", "a}b, 1", "{}, 0", "{a.b}, 0", "{0}, 0"})
    void templatesWithLooseBracesAreRefused(String template, int position) {
        assertThatThrownBy(() -> PythonFormat.parse(template)).hasMessageContaining("character " + position);
    }

    @Test
    void writesJsonAsPythonDoes() throws Exception {
        String json = "{\"a\":\"\u00fc\u2028\u007f\\u0001\",\"b\":[1,2.0,null,true],\"c\":{},\"d\":[],\"e\":1e400}";
        ObjectMapper mapper = new ObjectMapper();
        assertThat(PythonJson.indented(mapper.readTree(json), 2, false)).isEqualTo("""
                        {
                          "a": "\u00fc\u2028\u007f\\u0001",
                          "b": [
                            1,
                            2.0,
                            null,
                            true
                          ],
                          "c": {},
                          "d": [],
                          "e": Infinity
                        }""");
        assertThat(PythonJson.line(
                        mapper.readTree("{\"a\":\"\u00fc\u007f\ud83d\ude00\\n\\\"\\\\\",\"b\":[1,2.0]}"), true))
                .isEqualTo("{\"a\": \"\\u00fc\\u007f\\ud83d\\ude00\\n\\\"\\\\\", \"b\": [1, 2.0]}");
    }
}
