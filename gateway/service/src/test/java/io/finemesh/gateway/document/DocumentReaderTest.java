package io.finemesh.gateway.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.finemesh.gateway.document.DocumentReader.Syntax;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentReaderTest {
    @ParameterizedTest
    @CsvSource({
        "1e-5, 1.0E-5",
        "5.0e-5, 5.0E-5",
        ".5, 0.5",
        "3., 3.0",
        "-0.25, -0.25",
        ".inf, Infinity",
        "-.Inf, -Infinity",
        ".nan, NaN"
    })
    void readsDecimalsAsTheYamlCoreSchemaDoes(String written, double number) throws DocumentException {
        assertThat(yamlValue(written))
                .isInstanceOfSatisfying(Value.Decimal.class, decimal -> assertThat(decimal.number())
                        .isEqualTo(Double.valueOf(number)));
    }

    @ParameterizedTest
    @CsvSource({"42, 42", "+7, 7", "-1, -1", "007, 7", "0x1F, 31", "0o17, 15"})
    void readsWholeNumbers(String written, long number) throws DocumentException {
        assertThat(yamlValue(written)).isInstanceOfSatisfying(Value.Whole.class, whole -> assertThat(whole.number())
                .isEqualTo(BigInteger.valueOf(number)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "no", "yes", "on", "1_000", "12:30", "2026-01-01", "1e", "0x", "'42'", "\"true\""})
    void leavesAsTextWhatOlderYamlWouldConvert(String written) throws DocumentException {
        assertThat(yamlValue(written)).isInstanceOf(Value.Text.class);
    }

    @Test
    void boundsTheDigitsOfAWholeNumber() throws DocumentException {
        Value huge = yamlValue("9".repeat(500_000));
        assertThat(huge).isInstanceOfSatisfying(Value.Decimal.class, decimal -> assertThat(decimal.number())
                .isInfinite());
        assertThat(huge.shown()).hasSizeLessThan(100);
    }

    @Test
    void remembersWhereEachValueStands() throws DocumentException {
        Value.Mapping root = (Value.Mapping) yaml("a: 1\nb:\n  c: two\n").root();
        Value.Mapping inner = (Value.Mapping) root.entries().get("b");
        assertThat(inner.entries().get("c").place()).isEqualTo(new Place(3, 6));
        assertThat(root.keyPlaces()).containsEntry("b", new Place(2, 1));
    }

    @Test
    void followsAnAliasWithinTheLimits() throws DocumentException {
        Value.Mapping root = (Value.Mapping) yaml("a: &x [1, 2]\nb: *x\n").root();
        assertThat(root.entries().get("b"))
                .isInstanceOfSatisfying(
                        Value.Sequence.class, list -> assertThat(list.items()).hasSize(2));
    }

    @Test
    void refusesAliasesThatStandForBillionsOfValues() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 10; level++) {
            String alias = "*a" + (level - 1);
            bomb.append("a%d: &a%d [%s]\n"
                    .formatted(level, level, String.join(", ", java.util.Collections.nCopies(10, alias))));
        }
        assertThat(refusal(bomb.toString(), Syntax.YAML)).hasMessageContaining("more than 10000 values");
    }

    @Test
    void refusesAnAliasToItself() {
        assertThat(refusal("a: &a [*a]", Syntax.YAML)).hasMessageContaining("32 levels deep");
    }

    @Test
    void refusesDepthInBothSyntaxes() {
        String deep = "[".repeat(5_000) + "]".repeat(5_000);
        assertThat(refusal(deep, Syntax.JSON).getMessage()).containsAnyOf("deep", "limit");
        assertThat(refusal(deep, Syntax.YAML)).hasMessageContaining("Nesting Depth");
    }

    @Test
    void refusesWidthInBothSyntaxes() {
        String wide = "[" + "1,".repeat(20_000) + "1]";
        assertThat(refusal(wide, Syntax.JSON)).hasMessageContaining("10000 values");
        assertThat(refusal(wide, Syntax.YAML)).hasMessageContaining("10000 values");
    }

    @Test
    void saysWhereMalformedYamlBreaks() {
        DocumentException refused = refusal("model: m\noptimizer:\n  learning_rate: [1, 2\nseed: 1\n", Syntax.YAML);
        assertThat(refused.place()).contains(new Place(4, 5));
        assertThat(refused).hasMessageContaining("not YAML").hasMessageContaining("expected ',' or ']'");
    }

    @Test
    void saysWhereMalformedJsonBreaks() {
        DocumentException refused = refusal("{\"model\": \"m\",\n \"seed\": }", Syntax.JSON);
        assertThat(refused.place()).isPresent().get().extracting(Place::line).isEqualTo(2);
        assertThat(refused).hasMessageContaining("not JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": 1} 2", "{\"a\": 1", "[1, ", "{a: 1}", "nul", "'x'", "{\"a\": NaN}", "{\"a\": 01}"})
    void refusesWhatIsNotJson(String text) {
        assertThat(refusal(text, Syntax.JSON)).isNotNull();
    }

    @Test
    void refusesASecondDocument() {
        assertThat(refusal("a: 1\n---\nb: 2\n", Syntax.YAML)).hasMessageContaining("single document");
    }

    @Test
    void refusesControlCharacters() {
        assertThat(refusal("a: \u0007", Syntax.YAML)).hasMessageContaining("special characters");
    }

    @ParameterizedTest
    @EnumSource(Syntax.class)
    void refusesWhatIsNotUtf8(Syntax syntax) {
        assertThatExceptionOfType(DocumentException.class)
                .isThrownBy(() -> DocumentReader.read("model: é".getBytes(StandardCharsets.ISO_8859_1), syntax))
                .withMessageContaining("not UTF-8");
    }

    @ParameterizedTest
    @EnumSource(Syntax.class)
    void readsNothingAsNothing(Syntax syntax) throws DocumentException {
        assertThat(DocumentReader.read(new byte[0], syntax).root()).isInstanceOf(Value.Nothing.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"YAML | a: 1\\nb: 2\\na: 3", "JSON | {\"a\": 1, \"b\": 2, \"a\": 3}"})
    void notesAKeyGivenTwiceAndKeepsTheFirst(Syntax syntax, String text) throws DocumentException {
        Document document = DocumentReader.read(text.replace("\\n", "\n").getBytes(UTF_8), syntax);
        assertThat(document.flaws()).singleElement().satisfies(flaw -> assertThat(flaw.pointer())
                .isEqualTo("/a"));
        assertThat(((Value.Mapping) document.root()).entries().get("a").shown()).isEqualTo("1");
    }

    @Test
    void notesKeysThatAreNotText() throws DocumentException {
        Document document = yaml("a:\n  1: x\n  true: y\n  ? [z]\n  : w\n");
        assertThat(document.flaws()).extracting(Flaw::pointer).containsExactly("/a", "/a", "/a");
        assertThat(document.flaws())
                .extracting(Flaw::found)
                .containsExactly("the key 1", "the key true", "the key a list of 1");
    }

    @Test
    void notesTagsAndConstructsNothing() throws DocumentException {
        Document document = yaml("a: !!java.util.Date 2020-01-01\nb: !mine {c: 1}\n");
        assertThat(document.flaws()).extracting(Flaw::pointer).containsExactly("/a", "/b");
        assertThat(((Value.Mapping) document.root()).entries().get("a")).isInstanceOf(Value.Text.class);
    }

    @Test
    void escapesPointers() {
        assertThat(Pointers.member("/a", "b/c~d")).isEqualTo("/a/b~1c~0d");
    }

    private static Value yamlValue(String text) throws DocumentException {
        return ((Value.Mapping) yaml("key: " + text + "\n").root()).entries().get("key");
    }

    private static Document yaml(String text) throws DocumentException {
        return DocumentReader.read(text.getBytes(UTF_8), Syntax.YAML);
    }

    private static DocumentException refusal(String text, Syntax syntax) {
        return catchThrowableOfType(DocumentException.class, () -> DocumentReader.read(text.getBytes(UTF_8), syntax));
    }
}
