package io.finemesh.gateway.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.DocumentException;
import io.finemesh.gateway.document.DocumentReader;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import java.util.List;

/** Reads specifications in tests. */
final class Specifications {
    static final String LEAST = "model: m\ndataset: d\nduration: {max_steps: 100}\n";

    private Specifications() {}

    static Document document(String yaml) {
        try {
            return DocumentReader.read(yaml.getBytes(UTF_8), Syntax.YAML);
        } catch (DocumentException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }

    static Draft admitted(String yaml) {
        Admission admission = SpecificationReader.read(document(yaml));
        assertThat(admission).isInstanceOf(Admission.Admitted.class);
        return ((Admission.Admitted) admission).draft();
    }

    static List<FieldProblem> problems(String yaml) {
        return switch (SpecificationReader.read(document(yaml))) {
            case Admission.Admitted _ -> List.of();
            case Admission.Refused refused -> refused.problems();
        };
    }
}
