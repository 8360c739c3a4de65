package io.finemesh.contract.store;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Where to put one object.
 *
 * @param blob the object
 * @param uploadUrl presigned PUT; empty when the store already has the object
 */
public record StageTicket(BlobReference blob, Optional<String> uploadUrl) {
    public StageTicket {
        requireNonNull(blob, "blob is null");
        uploadUrl = uploadUrl == null ? Optional.empty() : uploadUrl;
    }
}
