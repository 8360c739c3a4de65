package io.finemesh.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.template.TemplateCase.Outcome;
import io.finemesh.template.operation.Printing.Notation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The chat templates of forty published models give the published texts; {@link ReferenceCasesTest} needs no file from outside. */
class PublishedTemplatesTest {
    @Test
    void everyPublishedTemplateGivesItsText() throws IOException {
        Path file = Path.of(System.getProperty("finemesh.shared", "../shared"), "data/chat_templates/expected.json");
        assumeTrue(Files.exists(file), "the folder data/chat_templates is not there: " + file);

        List<String> inJson = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        JsonNode cases = new ObjectMapper().readTree(file.toFile());
        for (int index = 0; index < cases.size(); index++) {
            TemplateCase each = TemplateCase.read(cases.get(index), index);
            switch (each.check(ReferenceCasesTest.CLOCK)) {
                case Outcome.Equal equal when equal.notation() == Notation.JSON -> inJson.add(each.name());
                case Outcome.Equal equal -> {}
                case Outcome other -> failed.add(each.name() + ": " + other);
            }
        }

        assertThat(failed).isEmpty();
        assertThat(cases.size()).isGreaterThanOrEqualTo(40);
        // Its expectation was made with the JavaScript library; Jinja2 prints the tools as Python does.
        assertThat(inJson).containsExactly("MadeAgents/Hammer2.1");
    }
}
