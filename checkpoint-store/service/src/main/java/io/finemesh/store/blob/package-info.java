/**
 * Immutable objects named by the SHA-256 of their bytes: {@link io.finemesh.store.blob.BlobStore} stages uploads, links downloads,
 * writes the store's own objects and promotes what was verified; {@link io.finemesh.store.blob.LocatedBlob} is where one lies.
 */
package io.finemesh.store.blob;
