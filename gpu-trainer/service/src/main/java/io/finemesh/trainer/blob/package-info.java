/**
 * Objects in and out: {@link io.finemesh.trainer.blob.BlobStore} is the checkpoint store as a trainer needs it, of which
 * {@link io.finemesh.trainer.blob.HttpBlobStore} is the real one; {@link io.finemesh.trainer.blob.Patience} repeats what may succeed
 * later, and {@link io.finemesh.trainer.blob.BlobFetcher} brings objects into the local cache.
 */
package io.finemesh.trainer.blob;
