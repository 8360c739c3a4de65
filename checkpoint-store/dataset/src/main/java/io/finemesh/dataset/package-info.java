/**
 * Record formats people have, read one row at a time: {@link io.finemesh.dataset.RowSource} finds the rows of JSON lines, of a JSON list,
 * of CSV or of Parquet, {@link io.finemesh.dataset.RowReader} parses each strictly, {@link io.finemesh.dataset.Layout} renames the columns and tags a
 * {@code dataset_info.json} declares, {@link io.finemesh.dataset.RowFormat} turns a row into {@link io.finemesh.dataset.Turn}s or says
 * why it is dropped, and {@link io.finemesh.dataset.NormalForm} writes it down, and {@link io.finemesh.dataset.DropTally} counts. Only the newest row is held in
 * memory, of Parquet the newest group of rows.
 */
package io.finemesh.dataset;
