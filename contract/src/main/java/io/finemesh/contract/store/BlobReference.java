package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.BlobDigest;

/**
 * An immutable object.
 *
 * @param digest SHA-256 of its bytes
 * @param sizeBytes its size in bytes
 */
public record BlobReference(BlobDigest digest, long sizeBytes) {
    public BlobReference {
        requireNonNull(digest, "digest is null");
    }
}
