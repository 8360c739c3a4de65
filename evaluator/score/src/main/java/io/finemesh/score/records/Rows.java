package io.finemesh.score.records;

import java.util.List;

/**
 * What a file holds.
 *
 * @param rows readable rows, in the order of the file
 * @param problems lines that are no rows, in the order of the file
 */
public record Rows(List<Row> rows, List<RowProblem> problems) {
    public Rows {
        rows = List.copyOf(rows);
        problems = List.copyOf(problems);
    }
}
