package io.finemesh.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the model says is found where the template marks it. */
class GenerationSpansTest {
    private static Rendering render(String template) throws Exception {
        JsonNode data = new ObjectMapper()
                .readTree(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"a 😀\"},{\"role\":\"assistant\",\"content\":\"b\"},"
                                + "{\"role\":\"user\",\"content\":\"c\"},{\"role\":\"assistant\",\"content\":\"dd\"}]}");
        return ChatTemplate.compile(template).render(data, ReferenceCasesTest.CLOCK);
    }

    private static List<String> marked(Rendering rendering) {
        return rendering.assistantSpans().orElseThrow().stream()
                .map(span -> rendering.text().substring(span.start(), span.end()))
                .toList();
    }

    @Test
    void everyReplyIsOneSpanEndOfTurnIncluded() throws Exception {
        Rendering rendering = render(
                "{% for m in messages %}[{{ m.role }}]{% if m.role == 'assistant' %}"
                        + "{% generation %}{{ m.content }}</s>{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}");

        assertThat(rendering.text()).isEqualTo("[user]a 😀[assistant]b</s>[user]c[assistant]dd</s>");
        assertThat(marked(rendering)).containsExactly("b</s>", "dd</s>");
    }

    @Test
    void aTemplateWithoutMarksHasNoSpans() throws Exception {
        assertThat(render("{{ messages[0].content }}").assistantSpans()).contains(List.of());
    }

    @Test
    void aMarkWithinAMacroHasNoKnownPlace() throws Exception {
        assertThat(render("{% macro m() %}{% generation %}x{% endgeneration %}{% endmacro %}ab{{ m() }}")
                        .assistantSpans())
                .isEmpty();
    }

    @Test
    void marksWithinMarksAreOneSpan() throws Exception {
        assertThat(marked(render("{% generation %}a{% generation %}b{% endgeneration %}c{% endgeneration %}")))
                .containsExactly("abc");
    }
}
