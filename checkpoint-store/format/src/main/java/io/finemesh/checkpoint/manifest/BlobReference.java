package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.digest.Sha256;

/**
 * An immutable object of the store.
 *
 * @param digest SHA-256 of its bytes, 64 lower-case hexadecimal digits; also its name
 * @param sizeBytes length
 */
public record BlobReference(String digest, long sizeBytes) {
    public BlobReference {
        if (!Sha256.isDigest(digest)) {
            throw new IllegalArgumentException(
                    "'" + digest + "' is not a blob digest; expected 64 lower-case hexadecimal digits");
        }
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("blob " + digest + " has the negative size " + sizeBytes);
        }
    }
}
