/**
 * Data sets as immutable versions: {@link io.finemesh.store.dataset.LineReader} cuts an upload into rows, {@link
 * io.finemesh.store.dataset.RowFormat} turns a row of either accepted form into {@link io.finemesh.store.dataset.Turn}s or says why it
 * is dropped, {@link io.finemesh.store.dataset.DatasetImport} normalises, counts and commits, {@link
 * io.finemesh.store.dataset.DatasetVersions} keeps what was committed.
 */
package io.finemesh.store.dataset;
