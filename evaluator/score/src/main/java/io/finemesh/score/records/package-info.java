/**
 * Files of rows, made by others: {@code RowReader} reads JSON Lines or a JSON array into {@code Rows}, and names every line that is not a row as a
 * {@code RowProblem}; {@code Fields} takes typed values out of a row.
 */
package io.finemesh.score.records;
