package io.finemesh.contract.store;

import java.util.List;

/**
 * Asks where to put objects.
 *
 * @param blobs objects that are about to be uploaded
 */
public record StageRequest(List<BlobReference> blobs) {
    public StageRequest {
        blobs = List.copyOf(blobs);
    }
}
