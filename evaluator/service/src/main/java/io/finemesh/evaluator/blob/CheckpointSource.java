package io.finemesh.evaluator.blob;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StageTicket;
import io.finemesh.contract.store.StoreClient;
import io.finemesh.contract.store.StoreException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;

/** The checkpoint store as an evaluator needs it. Calls block and are safe to repeat. */
public interface CheckpointSource {
    /** The manifest of a committed checkpoint, byte for byte. */
    byte[] manifest(CheckpointId checkpoint) throws StoreException;

    /** An object's bytes; the caller compares them with the digest and closes the stream. */
    InputStream open(BlobDigest digest) throws StoreException;

    /** Puts an object where its digest says, unless it is there. */
    void put(BlobReference blob, byte[] bytes) throws StoreException;

    /** The checkpoint store behind a client: its interface for addresses, presigned links for bytes. */
    static CheckpointSource of(StoreClient store) {
        return new CheckpointSource() {
            @Override
            public byte[] manifest(CheckpointId checkpoint) throws StoreException {
                return store.manifest(checkpoint);
            }

            @Override
            public InputStream open(BlobDigest digest) throws StoreException {
                return store.download(store.links(List.of(digest)).links().getFirst());
            }

            @Override
            public void put(BlobReference blob, byte[] bytes) throws StoreException {
                StageTicket ticket = store.stage(List.of(blob)).tickets().getFirst();
                if (ticket.uploadUrl().isPresent()) {
                    store.upload(ticket, BodyPublishers.ofByteArray(bytes));
                    // An upload is readable only when the store has compared its bytes; no checkpoint commits this one.
                    store.settle(List.of(blob));
                }
            }
        };
    }
}
