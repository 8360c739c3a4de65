package io.finemesh.store.growth;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.storage.StorageFullException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/** A local file that is to become an object, digested while it is written. */
final class BlobFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Path path;
    private final MessageDigest digest = Sha256.start();
    private final OutputStream out;
    private long bytes;
    private long rows;

    BlobFile(Path path) {
        this.path = path;
        try {
            this.out =
                    new BufferedOutputStream(new DigestOutputStream(Files.newOutputStream(path), digest), BUFFER_BYTES);
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(path.getParent(), failure);
        }
    }

    void add(byte[] row) {
        try {
            out.write(row);
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(path.getParent(), failure);
        }
        bytes += row.length;
        rows++;
    }

    long bytes() {
        return bytes;
    }

    long rows() {
        return rows;
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(path.getParent(), failure);
        }
    }

    /** Ends the file and writes the object; nothing for a file without rows. */
    Optional<BlobReference> store(BlobStore blobs) {
        close();
        return rows == 0 ? Optional.empty() : Optional.of(blobs.put(path, Sha256.finish(digest), bytes));
    }
}
