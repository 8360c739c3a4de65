package io.finemesh.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.RenderLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates with random faults either render or fail in the one way there is. */
class MutationTest {
    private static final int ROUNDS = 6000;
    private static final String[] PIECES = {
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-",
        "|",
        ".",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "'",
        "\"",
        "\\",
        "~",
        "**",
        "* 99999",
        " if ",
        " else ",
        " for x in y ",
        " is ",
        " not ",
        " and ",
        "loop",
        "range(99999)",
        "namespace(",
        "=",
        ",",
        ":",
        "::-1",
        "\n",
        "\u2028",
        "\ud83d\ude00",
        "\ud800",
        "1e999",
        "0x",
        "9".repeat(30),
        "{% endfor %}",
        "{% macro m() %}",
        "{{ m() }}",
        "|tojson",
        "|list",
        "|sort",
        "|join",
        "%s",
        ".format(",
        "__class__",
        "{% break %}",
        "{% generation %}",
        "{% raw %}"
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aFaultyTemplateRendersOrIsRefused(long seed) throws IOException {
        JsonNode document;
        try (InputStream in = MutationTest.class.getResourceAsStream("cases.json")) {
            document = new ObjectMapper().readTree(in);
        }
        List<String> templates = new ArrayList<>();
        document.get("cases").forEach(each -> templates.add(each.get("template").textValue()));
        RenderLimits limits = new RenderLimits(1 << 16, 200_000, 1 << 20, 1 << 21, 300, 100_000, 4096);
        SplittableRandom random = new SplittableRandom(seed);
        int rendered = 0;
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String template = mutated(templates, random);
            try {
                assertThat(ChatTemplate.compile(template, limits)
                                .render(document.get("data"), ReferenceCasesTest.CLOCK)
                                .text()
                                .length())
                        .isLessThanOrEqualTo(limits.outputCharacters());
                rendered++;
            } catch (TemplateException expected) {
                assertThat(expected.detail()).as(template).isNotBlank();
                refused++;
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError fault) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + template, fault);
            }
        }
        assertThat(rendered).isPositive();
        assertThat(refused).isPositive();
    }

    private static String mutated(List<String> templates, SplittableRandom random) {
        StringBuilder text = new StringBuilder(templates.get(random.nextInt(templates.size())));
        int faults = 1 + random.nextInt(4);
        for (int fault = 0; fault < faults; fault++) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + 1 + random.nextInt(6));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 2 -> text.replace(at, end, PIECES[random.nextInt(PIECES.length)]);
                case 3 -> text.insert(at, text.substring(at, end));
                default -> {
                    String other = templates.get(random.nextInt(templates.size()));
                    int from = random.nextInt(other.length());
                    text.insert(at, other.substring(from, Math.min(other.length(), from + random.nextInt(40))));
                }
            }
        }
        return text.toString();
    }
}
