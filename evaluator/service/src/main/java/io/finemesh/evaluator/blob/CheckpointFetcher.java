package io.finemesh.evaluator.blob;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.failure.Disposition;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.BlobLink;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StoreClient;
import io.finemesh.contract.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/** Gets manifests and objects from the checkpoint store into the local cache, trying again while the store is away. */
public final class CheckpointFetcher {
    private static final Logger LOG = Logger.getLogger(CheckpointFetcher.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final StoreClient store;
    private final BlobCache cache;
    private final Duration patience;
    private final Clock clock;

    public CheckpointFetcher(StoreClient store, BlobCache cache, Duration patience, Clock clock) {
        this.store = store;
        this.cache = cache;
        this.patience = patience;
        this.clock = clock;
    }

    /** The manifest of a committed checkpoint. */
    public Manifest manifest(CheckpointId checkpoint) throws StoreException, InterruptedException {
        return Manifest.parse(patiently(() -> store.manifest(checkpoint)));
    }

    /** An object as a local file, verified by its digest. */
    public Path blob(String digest, long sizeBytes) throws StoreException, InterruptedException {
        return patiently(() -> fetch(digest, sizeBytes));
    }

    /** An object as a local file, verified by its digest. */
    public Path blob(BlobReference reference) throws StoreException, InterruptedException {
        return blob(reference.digest().value(), reference.sizeBytes());
    }

    private Path fetch(String digest, long sizeBytes) throws StoreException {
        try {
            return cache.fetch(digest, sizeBytes, () -> {
                try {
                    BlobLink link =
                            store.links(List.of(new BlobDigest(digest))).links().getFirst();
                    return store.download(link);
                } catch (StoreException refused) {
                    throw new IOException(refused.getMessage(), refused);
                }
            });
        } catch (IOException failed) {
            if (failed.getCause() instanceof StoreException refused) {
                throw refused;
            }
            throw StoreException.unreachable("object " + digest, failed);
        }
    }

    private <T> T patiently(Fetch<T> fetch) throws StoreException, InterruptedException {
        Instant giveUp = clock.instant().plus(patience);
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return fetch.run();
            } catch (StoreException failed) {
                boolean hopeless = failed.code().disposition() != Disposition.RETRY;
                if (hopeless || clock.instant().isAfter(giveUp)) {
                    throw failed;
                }
                LOG.warnf("%s; trying again in %s", failed.getMessage(), pause);
                Thread.sleep(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        }
    }

    /** A call to the store that can be repeated. */
    private interface Fetch<T> {
        T run() throws StoreException;
    }
}
