package io.finemesh.trainer.blob;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.cache.BlobCacheException;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.store.BlobLink;
import io.finemesh.contract.store.StoreException;
import io.finemesh.trainer.failure.SegmentFailureException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings objects into the local cache. */
public final class BlobFetcher {
    /** The store answers for at most 10,000 objects in one request. */
    private static final int LINKS_AT_ONCE = 5_000;

    private final BlobStore store;
    private final BlobCache cache;
    private final Patience patience;

    public BlobFetcher(BlobStore store, BlobCache cache, Patience patience) {
        this.store = store;
        this.cache = cache;
        this.patience = patience;
    }

    /**
     * Makes sure that objects are in the cache; the caller has pinned them. Links are asked for all at once, and anew after a
     * failure, because they expire.
     *
     * @return where each one is, by digest
     * @throws StoreException if the store does not answer for too long
     * @throws SegmentFailureException if the store does not have an object
     * @throws BlobCacheException if an object arrives damaged again and again, or there is no room for it
     * @throws IOException if the local disk fails otherwise
     */
    public Map<String, Path> fetch(Collection<BlobReference> blobs)
            throws StoreException, SegmentFailureException, IOException, InterruptedException {
        Map<String, Path> paths = new HashMap<>();
        List<BlobReference> missing = new ArrayList<>();
        for (BlobReference blob : new LinkedHashSet<>(blobs)) {
            Optional<Path> present = cache.find(blob.digest(), blob.sizeBytes());
            if (present.isPresent()) {
                paths.put(blob.digest(), present.get());
            } else {
                missing.add(blob);
            }
        }
        if (!missing.isEmpty()) {
            try {
                Map<String, BlobLink> links = links(missing);
                for (BlobReference blob : missing) {
                    paths.put(blob.digest(), download(blob, links));
                }
            } catch (StoreException failed) {
                if (failed.isMissing()) {
                    throw new SegmentFailureException(
                            FailureCode.BLOB_CORRUPT,
                            "the store lacks objects that a committed checkpoint or data set consists of: "
                                    + failed.getMessage());
                }
                throw failed;
            }
        }
        return paths;
    }

    private Map<String, BlobLink> links(List<BlobReference> missing)
            throws StoreException, IOException, InterruptedException {
        Map<String, BlobLink> links = new HashMap<>();
        for (int from = 0; from < missing.size(); from += LINKS_AT_ONCE) {
            List<BlobDigest> digests = missing.subList(from, Math.min(missing.size(), from + LINKS_AT_ONCE)).stream()
                    .map(blob -> new BlobDigest(blob.digest()))
                    .toList();
            patience.insist("asking for links to " + digests.size() + " objects", () -> store.links(digests))
                    .forEach(link -> links.put(link.digest().value(), link));
        }
        return links;
    }

    private Path download(BlobReference blob, Map<String, BlobLink> links)
            throws StoreException, IOException, InterruptedException {
        String what = "fetching object " + blob.digest() + " of " + blob.sizeBytes() + " bytes";
        return patience.insist(what, () -> {
            BlobLink unused = links.remove(blob.digest());
            BlobLink link = unused == null
                    ? store.links(List.of(new BlobDigest(blob.digest()))).getFirst()
                    : unused;
            try {
                return cache.fetch(blob.digest(), blob.sizeBytes(), () -> open(link));
            } catch (BlobCacheException failed) {
                if (failed.reason() == BlobCacheException.Reason.SOURCE_FAILED) {
                    throw storeFailure(what, failed);
                }
                throw failed;
            }
        });
    }

    private InputStream open(BlobLink link) throws IOException {
        try {
            return store.download(link);
        } catch (StoreException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    private static StoreException storeFailure(String what, BlobCacheException failed) {
        for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof StoreException answered) {
                return answered;
            }
        }
        return StoreException.unreachable(what, failed);
    }
}
