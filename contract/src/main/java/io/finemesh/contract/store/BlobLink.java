package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.BlobDigest;

/**
 * Where to get one object.
 *
 * @param digest the object
 * @param url presigned GET
 */
public record BlobLink(BlobDigest digest, String url) {
    public BlobLink {
        requireNonNull(digest, "digest is null");
        requireNonNull(url, "url is null");
    }
}
