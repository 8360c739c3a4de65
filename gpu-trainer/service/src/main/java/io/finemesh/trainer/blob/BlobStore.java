package io.finemesh.trainer.blob;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.BlobLink;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StageTicket;
import io.finemesh.contract.store.StoreException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/** The checkpoint store as a trainer needs it. Calls block, are safe to repeat and to make from any thread. */
public interface BlobStore {
    /** The manifest of a committed checkpoint, byte for byte. */
    byte[] manifest(CheckpointId checkpoint) throws StoreException;

    /** Where to get objects, in the order asked. */
    List<BlobLink> links(List<BlobDigest> digests) throws StoreException;

    /** An object's bytes; the caller compares them with the digest and closes the stream. */
    InputStream download(BlobLink link) throws StoreException;

    /** Where to put objects, in the order asked; those the store has need no upload. */
    List<StageTicket> stage(List<BlobReference> blobs) throws StoreException;

    /** Puts a file where a ticket says. */
    void upload(StageTicket ticket, Path file) throws StoreException;

    /** Returns if the store answers. */
    void probe() throws StoreException;
}
