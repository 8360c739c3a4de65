package io.finemesh.contract.store;

import io.finemesh.contract.id.BlobDigest;
import java.util.List;

/**
 * Asks where to get objects.
 *
 * @param digests objects wanted
 */
public record LinkRequest(List<BlobDigest> digests) {
    public LinkRequest {
        digests = List.copyOf(digests);
    }
}
