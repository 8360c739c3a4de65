package io.finemesh.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.template.TemplateCase.Outcome;
import io.finemesh.template.operation.Printing.Notation;
import org.junit.jupiter.api.Test;

class TemplateCaseTest {
    private static Outcome outcome(String template, String target) {
        ObjectNode data = new ObjectMapper().createObjectNode();
        data.putArray("l").add("x");
        return new TemplateCase("case", template, data, target).check(ReferenceCasesTest.CLOCK);
    }

    @Test
    void equalInEitherNotationOfCollections() {
        assertThat(outcome("{{ l }}", "['x']")).isEqualTo(new Outcome.Equal(Notation.PYTHON));
        assertThat(outcome("{{ l }}", "[\"x\"]")).isEqualTo(new Outcome.Equal(Notation.JSON));
    }

    @Test
    void differentSaysWhere() {
        assertThat(outcome("abc{{ 1 }}", "abd1")).isEqualTo(new Outcome.Different(2, "abd1", "abc1"));
    }

    @Test
    void refusedSaysWhy() {
        assertThat(outcome("\n{{ nope() }}", ""))
                .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.failure())
                        .hasMessage("line 2: 'nope' is undefined"));
    }

    @Test
    void aCaseOfAnotherFormIsNamed() {
        ObjectNode node = new ObjectMapper().createObjectNode().put("name", "n").put("template", "");

        assertThatThrownBy(() -> TemplateCase.read(node, 0)).hasMessage("n: 'target' must be a text but is missing");
    }
}
