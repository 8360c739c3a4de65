package io.finemesh.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Templates of this project against what Jinja2 3.1.6 makes of them; {@code src/test/python/make_cases.py} wrote the figures. */
class ReferenceCasesTest {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2025-07-10T09:08:07Z"), ZoneOffset.UTC);

    /** Jinja2 prints these as nothing or as the template's own blocks; here they are refused, which the ADR says. */
    private static final Set<String> REFUSED_HERE = Set.of("__class__", "__globals__", "self is defined");

    @TestFactory
    Stream<DynamicTest> rendersAsTheFieldsRendererDoes() throws IOException {
        JsonNode document;
        try (InputStream in = ReferenceCasesTest.class.getResourceAsStream("cases.json")) {
            document = new ObjectMapper().readTree(in);
        }
        JsonNode data = document.get("data");
        return StreamSupport.stream(document.get("cases").spliterator(), false)
                .map(each -> DynamicTest.dynamicTest(
                        each.get("name").textValue() + " "
                                + each.get("template").textValue(),
                        () -> check(each, data)));
    }

    private static void check(JsonNode each, JsonNode data) {
        String template = each.get("template").textValue();
        String text;
        try {
            text = ChatTemplate.compile(template).render(data, CLOCK).text();
        } catch (TemplateException failure) {
            if (REFUSED_HERE.stream().anyMatch(template::contains)) {
                assertThat(failure.reason()).isIn(Reason.FORBIDDEN, Reason.UNSUPPORTED);
                return;
            }
            assertThat(each.has("target"))
                    .as("refused: %s", failure.getMessage())
                    .isFalse();
            assertThat(failure.line()).as("line of '%s'", failure.getMessage()).isPositive();
            return;
        }
        assertThat(each.has("target"))
                .as("Jinja2 fails with %s; rendered '%s'", each.path("error").asText(), text)
                .isTrue();
        assertThat(text).isEqualTo(each.get("target").textValue());
    }
}
