package io.finemesh.contract.store;

import java.util.List;

/**
 * Answer to a link request, in its order.
 *
 * @param links one for each object asked about
 */
public record LinkResponse(List<BlobLink> links) {
    public LinkResponse {
        links = List.copyOf(links);
    }
}
