package io.finemesh.score.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.finemesh.score.records.RowProblem.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowReaderTest {
    private static Rows read(String text) {
        return RowReader.read(text.getBytes(UTF_8));
    }

    @Test
    void marksCarriageReturnsAndBlankLinesAreAllowed() {
        Rows rows = read("\ufeff{\"a\":1}\r\n\r\n  {\"a\":2}  \n\n");
        assertThat(rows.problems()).isEmpty();
        assertThat(rows.rows()).extracting(Row::line).containsExactly(1, 3);
        assertThat(rows.rows())
                .extracting(row -> row.value().get("a").intValue())
                .containsExactly(1, 2);
    }

    @Test
    void everyBadLineIsNamedAndTheGoodOnesRead() {
        Rows rows = read(
                "{\"a\":1}\nnot json\n[1]\n\"text\"\n{\"a\":1,\"a\":2}\n{\"a\":1} {\"b\":2}\n{\"a\": \"cut of\n{\"a\":7}");
        assertThat(rows.rows()).extracting(Row::line).containsExactly(1, 8);
        assertThat(rows.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactly(
                        tuple(2, Kind.NOT_JSON),
                        tuple(3, Kind.NOT_AN_OBJECT),
                        tuple(4, Kind.NOT_AN_OBJECT),
                        tuple(5, Kind.NOT_JSON),
                        tuple(6, Kind.NOT_JSON),
                        tuple(7, Kind.NOT_JSON));
        assertThat(rows.problems().getFirst().text())
                .startsWith("line 2: not JSON")
                .contains("not json");
    }

    @Test
    void bytesThatAreNoTextAreNamedByLine() {
        byte[] file = "{\"a\":1}\n{\"a\":\"x\"}\n".getBytes(UTF_8);
        file[14] = (byte) 0xff;
        assertThat(RowReader.read(file).problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactly(tuple(2, Kind.NOT_UTF8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "  ", "\ufeff", "[]"})
    void aFileWithoutRowsSaysSo(String text) {
        Rows rows = read(text);
        assertThat(rows.rows()).isEmpty();
        assertThat(rows.problems()).isNotEmpty();
    }

    @Test
    void anArrayOfObjectsIsAFileOfRowsToo() {
        Rows rows = read("[\n {\"a\": 1},\n {\"a\": 2},\n 3\n]\n");
        assertThat(rows.rows()).extracting(Row::line).containsExactly(2, 3);
        assertThat(rows.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactly(tuple(4, Kind.NOT_AN_OBJECT));
    }

    @Test
    void aBrokenArrayKeepsTheRowsBeforeTheBreak() {
        Rows rows = read("[\n {\"a\": 1},\n {\"a\" 2}\n]");
        assertThat(rows.rows()).hasSize(1);
        assertThat(rows.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactly(tuple(3, Kind.NOT_JSON));
    }

    @Test
    void aLineBeyondTheLimitIsRefusedWithoutBeingParsed() {
        byte[] file = new byte[RowReader.LONGEST_LINE_BYTES + 10];
        Arrays.fill(file, (byte) '1');
        assertThat(RowReader.read(file).problems()).extracting(RowProblem::kind).containsExactly(Kind.TOO_LONG);
    }

    @Test
    void nestingBombsAreProblemsNotErrors() {
        assertThat(read("{\"a\":" + "[".repeat(100_000)).problems())
                .extracting(RowProblem::kind)
                .containsExactly(Kind.NOT_JSON);
        assertThat(read("{\"a\":" + "9".repeat(50_000) + "}").problems())
                .extracting(RowProblem::kind)
                .containsExactly(Kind.NOT_JSON);
    }

    @Test
    void fieldsAreTakenByTypeAndEveryFaultIsNamed() {
        List<RowProblem> problems = new ArrayList<>();
        Row row = read("{\"a\":\"x\",\"n\":3.0,\"i\":\"17\",\"o\":{},\"z\":null}")
                .rows()
                .getFirst();
        Fields fields = new Fields(row, problems::add);
        assertThat(fields.text(false, List.of("missing", "a"))).contains("x");
        assertThat(fields.text(true, List.of("n"))).contains("3.0");
        assertThat(fields.integer("i")).contains(17L);
        assertThat(fields.integer("n")).contains(3L);
        assertThat(fields.text(false, List.of("n"))).isEmpty();
        assertThat(fields.text(true, List.of("z"))).isEmpty();
        assertThat(fields.integer("a")).isEmpty();
        assertThat(fields.text(true, List.of("b", "c"))).isEmpty();
        assertThat(problems)
                .extracting(RowProblem::kind)
                .containsExactly(Kind.WRONG_TYPE, Kind.WRONG_TYPE, Kind.WRONG_TYPE, Kind.MISSING_FIELD);
        assertThat(problems.getLast().message()).contains("\"b\", \"c\"").contains("\"a\", \"n\"");
    }
}
