package io.finemesh.gateway.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.DocumentException;
import io.finemesh.gateway.document.DocumentReader;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import org.junit.jupiter.api.Test;

class ImportReaderTest {
    @Test
    void anUnknownFieldIsNoneOfWhatIsRead() throws DocumentException {
        assertThat(ImportReader.modelImport(json("{\"name\": \"m\", \"path\": \"/m\", \"zzzzz\": 1}"))
                        .problems())
                .singleElement()
                .satisfies(
                        problem -> assertThat(problem.message()).contains("'zzzzz' is not a field of a model import"));
        assertThat(ImportReader.cancellation(json("{\"zzzzz\": 1}")).problems())
                .singleElement()
                .satisfies(
                        problem -> assertThat(problem.message()).contains("'zzzzz' is not a field of a cancellation"));
    }

    private static Document json(String text) throws DocumentException {
        return DocumentReader.read(text.getBytes(UTF_8), Syntax.JSON);
    }
}
