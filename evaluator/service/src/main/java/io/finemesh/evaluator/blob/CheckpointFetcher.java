package io.finemesh.evaluator.blob;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.BlobCacheException;
import io.finemesh.checkpoint.cache.BlobPins;
import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.failure.Disposition;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StoreException;
import io.finemesh.evaluator.pause.Pause;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.jboss.logging.Logger;

/** Gets manifests and objects from the checkpoint store into the local cache and puts objects there, trying again while the store is away. */
public final class CheckpointFetcher {
    private static final Logger LOG = Logger.getLogger(CheckpointFetcher.class);

    private final CheckpointSource store;
    private final BlobCache cache;
    private final Duration patience;
    private final Clock clock;
    private final Pause pause;

    /**
     * @param patience how long a store that does not answer is asked again
     * @param clock measures how long
     * @param pause between two attempts
     */
    public CheckpointFetcher(CheckpointSource store, BlobCache cache, Duration patience, Clock clock, Pause pause) {
        this.store = store;
        this.cache = cache;
        this.patience = patience;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * The manifest of a committed checkpoint.
     *
     * @throws StoreException if the store does not answer for too long, or has no such checkpoint
     */
    public Manifest manifest(CheckpointId checkpoint) throws StoreException, IOException, InterruptedException {
        return Manifest.parse(patiently(() -> store.manifest(checkpoint)));
    }

    /** Keeps objects in the cache until the pins are closed, so that fetching one does not push out another. */
    public BlobPins pin(Collection<String> digests) {
        return cache.pin(digests);
    }

    /**
     * An object as a local file, verified by its digest.
     *
     * @throws StoreException if the store does not answer for too long, or has no such object
     * @throws BlobCacheException if the object arrives damaged again and again, or there is no room for it
     * @throws IOException if the local disk fails otherwise
     */
    public Path blob(String digest, long sizeBytes) throws StoreException, IOException, InterruptedException {
        return patiently(() -> fetch(digest, sizeBytes));
    }

    /**
     * Puts an object into object storage under its digest; harmless to repeat.
     *
     * @throws StoreException if the store does not answer for too long, or does not take it
     */
    public BlobReference put(byte[] bytes) throws StoreException, IOException, InterruptedException {
        BlobReference blob = new BlobReference(new BlobDigest(Sha256.of(bytes)), bytes.length);
        return patiently(() -> {
            store.put(blob, bytes);
            return blob;
        });
    }

    private Path fetch(String digest, long sizeBytes) throws StoreException, IOException {
        try {
            return cache.fetch(digest, sizeBytes, () -> open(digest));
        } catch (BlobCacheException failed) {
            if (failed.reason() == BlobCacheException.Reason.SOURCE_FAILED) {
                throw storeFailure(digest, failed);
            }
            throw failed;
        }
    }

    private InputStream open(String digest) throws IOException {
        try {
            return store.open(new BlobDigest(digest));
        } catch (StoreException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    private static StoreException storeFailure(String digest, BlobCacheException failed) {
        for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof StoreException answered) {
                return answered;
            }
        }
        return StoreException.unreachable("object " + digest, failed);
    }

    private <T> T patiently(Fetch<T> fetch) throws StoreException, IOException, InterruptedException {
        Instant giveUp = clock.instant().plus(patience);
        for (Duration rest = Pause.FIRST; ; rest = Pause.after(rest)) {
            try {
                return fetch.run();
            } catch (StoreException failed) {
                boolean hopeless = failed.code().disposition() == Disposition.ABORT;
                if (hopeless || clock.instant().isAfter(giveUp)) {
                    throw failed;
                }
                LOG.warnf("%s; trying again in %d ms", failed.getMessage(), rest.toMillis());
                pause.rest(rest);
            }
        }
    }

    /** A call to the store that can be repeated. */
    private interface Fetch<T> {
        T run() throws StoreException, IOException;
    }
}
