package io.finemesh.cli.display;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell, two spaces between. */
public final class Table {
    private final List<String[]> rows = new ArrayList<>();

    public Table(String... titles) {
        rows.add(titles.clone());
    }

    /** Adds a row with one cell for each title. */
    public Table row(String... cells) {
        if (cells.length != rows.getFirst().length) {
            throw new IllegalArgumentException(
                    "a row has " + cells.length + " cells, the table " + rows.getFirst().length);
        }
        rows.add(cells.clone());
        return this;
    }

    /** Prints titles and rows. */
    public void print(PrintWriter out) {
        int columns = rows.getFirst().length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row[column].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                line.append(row[column]).append(" ".repeat(widths[column] - row[column].length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
