/**
 * The edge to HTTP, one resource class for each noun of {@link io.finemesh.contract.store.StorePaths}: {@link
 * io.finemesh.store.http.BlobResource}, {@link io.finemesh.store.http.CheckpointResource}, {@link io.finemesh.store.http.ModelResource},
 * {@link io.finemesh.store.http.DatasetResource}. {@link io.finemesh.store.http.Problems} turns whatever goes wrong into RFC 9457.
 */
package io.finemesh.store.http;
