/**
 * Data sets as immutable versions: {@link io.finemesh.store.dataset.DatasetImport} lets {@link io.finemesh.store.dataset.UploadedRows} and the data set library read an upload, writes what
 * can be trained on in the normalised form, counts the rest and commits; {@link io.finemesh.store.dataset.DatasetVersions} keeps what was
 * committed.
 */
package io.finemesh.store.dataset;
