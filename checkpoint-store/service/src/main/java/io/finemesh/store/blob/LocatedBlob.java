package io.finemesh.store.blob;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.store.storage.ObjectFacts;

/**
 * Where an object lies.
 *
 * @param digest what its bytes are said to hash to; true if it is not staged
 * @param facts key, size and entity tag
 * @param staged uploaded and not verified yet
 */
public record LocatedBlob(BlobDigest digest, ObjectFacts facts, boolean staged) {
    public LocatedBlob {
        requireNonNull(digest, "digest is null");
        requireNonNull(facts, "facts is null");
    }
}
