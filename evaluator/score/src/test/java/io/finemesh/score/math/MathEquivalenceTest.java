package io.finemesh.score.math;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.SharedData;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MathEquivalenceTest {
    private static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
    }

    @Test
    void everyGoldenVectorIsReproduced() {
        JsonNode golden = SharedData.json("golden/math.json");
        assertThat(golden.get("hendrycks_strip_string")).hasSizeGreaterThan(40);
        golden.get("hendrycks_strip_string")
                .forEach(pair -> assertThat(MathEquivalence.stripped(pair.get(0).textValue()))
                        .as(pair.toString())
                        .isEqualTo(text(pair.get(1))));
        golden.get("is_equiv")
                .forEach(triple -> assertThat(MathEquivalence.areEquivalent(text(triple.get(0)), text(triple.get(1))))
                        .as(triple.toString())
                        .isEqualTo(triple.get(2).booleanValue()));
        golden.get("last_boxed")
                .forEach(pair -> assertThat(BoxedAnswer.lastBox(pair.get(0).textValue()))
                        .as(pair.toString())
                        .isEqualTo(text(pair.get(1))));
        golden.get("minerva_normalize")
                .forEach(pair -> assertThat(MinervaAnswer.normalised(pair.get(0).textValue()))
                        .as(pair.toString())
                        .isEqualTo(pair.get(1).textValue()));
        golden.get("minerva_unnormalized")
                .forEach(pair -> assertThat(MinervaAnswer.closing(pair.get(0).textValue()))
                        .as(pair.toString())
                        .isEqualTo(pair.get(1).textValue()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1/2 | \\frac12 | true",
                "0.5 | \\frac{1}{2} | true",
                "k=7 | 7 | true",
                "abc=7 | 7 | false",
                "a/b | a/b | true",
                "a/b | \\frac{a}{b} | false",
                "\\sqrt | \\sqrt | true",
                "\\sqrt3 | \\sqrt{3} | true",
                "5\\text{ m}\\text{ s} | 5 | false",
                "5\\text{ m} | 5 | true",
                "01/2 | 1/2 | false",
                "1_0/2 | 10/2 | false",
                "2.0 | 2 | false"
            })
    void quirksAreTheReferences(String one, String other, boolean equivalent) {
        assertThat(MathEquivalence.areEquivalent(Optional.of(one), Optional.of(other)))
                .isEqualTo(equivalent);
        assertThat(MathEquivalence.areEquivalent(Optional.of(other), Optional.of(one)))
                .isEqualTo(equivalent);
    }

    @Test
    void boxesAreFoundAndOpened() {
        assertThat(BoxedAnswer.of("so \\boxed{\\frac{1}{2}}.")).contains("\\frac{1}{2}");
        assertThat(BoxedAnswer.of("\\boxed{1} and \\boxed{2}")).contains("2");
        assertThat(BoxedAnswer.of("$\\boxed 3$ and \\boxed{4}")).contains("3");
        assertThat(BoxedAnswer.of("\\fbox{7}")).isEmpty();
        assertThat(BoxedAnswer.of("\\boxed{1")).isEmpty();
        assertThat(BoxedAnswer.betweenDollars("is $x$ or $y$!")).isEqualTo("x$ or $y");
        assertThat(BoxedAnswer.betweenDollars("cost $5")).isEqualTo("cost $5");
        assertThat(BoxedAnswer.of("\\boxed{".repeat(100_000))).isEmpty();
    }

    /** A model that repeats itself writes such texts; a comparison that is not linear would never end here. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\frac",
                "\\sqrt",
                "\\text{ ",
                "$",
                "{",
                "}",
                "\\boxed{",
                "1/",
                "=",
                "\\left",
                "^{\\circ}",
                " ",
                "0.",
                "7",
                ","
            })
    void aMillionCharactersAreComparedInOnePass(String unit) {
        String text = unit.repeat(1_000_000 / unit.length());
        assertThat(MathEquivalence.areEquivalent(Optional.of(text), Optional.of("\\frac12")))
                .isFalse();
        assertThat(MathEquivalence.areEquivalent(Optional.of(text), Optional.of(text)))
                .isTrue();
        assertThat(BoxedAnswer.of("\\boxed{" + text)).isNotNull();
        assertThat(BoxedAnswer.betweenDollars(text)).isNotNull();
        assertThat(MinervaAnswer.normalised(text)).isNotNull();
        assertThat(MinervaAnswer.closing(text)).isEqualTo(MinervaAnswer.INVALID);
    }

    @Test
    void theTaskAsksAndJudgesAsTheReferenceDoes() {
        List<RowProblem> problems = new ArrayList<>();
        MathTask task = MathTask.read("""
                {"problem": "Half?", "solution": "It is $\\\\boxed{\\\\frac12}$.", "level": "1"}
                {"problem": "None?", "solution": "No box."}
                """.getBytes(UTF_8), problems::add);
        assertThat(problems).extracting(RowProblem::line).containsExactly(2);
        Example example = task.examples(SampleLimit.none()).getFirst();
        assertThat(example.request().prompt().text()).isEqualTo("Problem: Half?\nAnswer:");
        assertThat(example.target()).isEqualTo("\\frac12");
        assertThat(task.judge(example, Response.Generated.of(" so $0.5$"))
                        .getFirst()
                        .metrics())
                .containsEntry("exact_match", 1.0);
        assertThat(task.judge(example, Response.Generated.of("\\boxed{\\frac12}"))
                        .getFirst()
                        .metrics())
                .containsEntry("exact_match", 0.0);
        assertThatThrownBy(() -> MathTask.read(new byte[0], problems::add).examples(SampleLimit.none()))
                .hasMessageContaining("no problem");
    }
}
