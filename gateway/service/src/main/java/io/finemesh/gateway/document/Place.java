package io.finemesh.gateway.document;

/**
 * Where a value stands in its document.
 *
 * @param line 1-based line
 * @param column 1-based column
 */
public record Place(int line, int column) {
    @Override
    public String toString() {
        return "line " + line + ", column " + column;
    }
}
