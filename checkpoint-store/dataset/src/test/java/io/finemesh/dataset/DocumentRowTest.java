package io.finemesh.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.dataset.Row.Document;
import io.finemesh.dataset.Row.Dropped;
import io.finemesh.dataset.Row.Kept;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DocumentRowTest {
    private static List<String> read(Optional<RowFormat> format, String file) throws IOException {
        List<String> rows = new ArrayList<>();
        try (RowSource source = RowSource.open(
                new ByteArrayInputStream(file.getBytes(UTF_8)), new RowReader(format, 1 << 16), 1 << 16)) {
            for (var found = source.next(); found.isPresent(); found = source.next()) {
                found.get()
                        .row()
                        .ifPresent(row -> rows.add(
                                switch (row) {
                                    case Document document -> new String(NormalForm.line(document), UTF_8);
                                    case Kept kept -> "kept " + kept.turns().size();
                                    case Dropped dropped -> dropped.reason().wireName();
                                }));
            }
        }
        return rows;
    }

    private static List<String> documents(String file) throws IOException {
        return read(Optional.of(RowFormat.DOCUMENTS), file);
    }

    @Test
    void fieldsStayAsTheyCame() throws IOException {
        String row =
                "{\"question\":\"2 + 2 = \u00fc?\",\"options\":[\"A)3\",\"B)4\"],\"correct\":\"B\",\"score\":51.0,\"passage\":null,\"n\":12345678901234567890}";

        assertThat(documents(row + "\n")).containsExactly(row + "\n");
        assertThat(documents("[\n " + row + ",\n" + row + "]"))
                .as("a list, each on a line of its own")
                .containsExactly(row + "\n", row + "\n");
    }

    @Test
    void rowsThatAreNoDocumentsAreDroppedWithTheirReason() throws IOException {
        assertThat(documents("""
                {}
                [1]
                {"messages":[{"role":"user","content":"q"}]}
                {"question":"\\ud800"}
                {"a":{"b":["\\udc00"]}}
                {"\\udc00":1}
                {"number":1e999}
                {"a":1,"a":2}
                {"a":1
                """))
                .containsExactly(
                        "empty",
                        "wrong_field",
                        "wrong_field",
                        "not_utf8",
                        "not_utf8",
                        "not_utf8",
                        "wrong_field",
                        "duplicate_key",
                        "not_json");
    }

    @Test
    void documentsAreNeverToldByTheFirstRow() throws IOException {
        assertThat(read(Optional.empty(), "{\"question\":\"q\",\"answer\":\"a\"}\n"))
                .containsExactly("wrong_field");
    }
}
