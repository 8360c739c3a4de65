package io.finemesh.store.blob;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.store.BlobLink;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.LinkResponse;
import io.finemesh.contract.store.StageResponse;
import io.finemesh.contract.store.StageTicket;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.DecisivePut;
import io.finemesh.store.storage.ObjectContent;
import io.finemesh.store.storage.ObjectFacts;
import io.finemesh.store.storage.ObjectStorage;
import io.finemesh.store.storage.ObjectStorage.CopyOutcome;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.storage.StorageLayout;
import io.finemesh.store.storage.StorageUnavailableException;
import io.finemesh.store.storage.StoredObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Objects named by their content. An upload lands under a staging key; only what the store has read and hashed itself is ever under a
 * blob key, so a link never leads to unverified bytes. Thread-safe.
 */
public final class BlobStore {
    /** S3's limit on one PUT and on one copy. */
    public static final long LARGEST_BLOB_BYTES = 5L << 30;

    private static final int LARGEST_REQUEST = 10_000;
    private static final int CHUNK_BYTES = 256 * 1024;

    private final ObjectStorage storage;
    private final DecisivePut puts;
    private final Duration linkValidity;

    /** @param linkValidity how long presigned URLs are good for */
    public BlobStore(ObjectStorage storage, Duration linkValidity) {
        this.storage = storage;
        this.puts = new DecisivePut(storage);
        this.linkValidity = linkValidity;
    }

    /**
     * Says where to upload each object; one the store already has needs no upload.
     *
     * @throws RefusalException if an object could never be taken
     */
    public StageResponse stage(List<BlobReference> blobs) {
        requireFew(blobs.size());
        List<String> errors = blobs.stream()
                .filter(blob -> blob.sizeBytes() < 0 || blob.sizeBytes() > LARGEST_BLOB_BYTES)
                .map(blob -> "object " + blob.digest() + " has " + blob.sizeBytes() + " bytes; allowed: 0 to "
                        + LARGEST_BLOB_BYTES)
                .toList();
        if (!errors.isEmpty()) {
            throw new RefusalException(
                    Kind.TOO_LARGE,
                    errors.size() + " of " + blobs.size() + " objects have a size that is not taken",
                    errors);
        }
        return new StageResponse(inParallel(blobs, blob -> {
            boolean present = storage.head(StorageLayout.blob(blob.digest()))
                    .filter(facts -> facts.sizeBytes() == blob.sizeBytes())
                    .isPresent();
            return new StageTicket(
                    blob,
                    present
                            ? Optional.empty()
                            : Optional.of(storage.presignPut(
                                            StorageLayout.staged(blob.digest()), blob.sizeBytes(), linkValidity)
                                    .toString()));
        }));
    }

    /**
     * Makes uploaded objects readable that belong to no checkpoint. Their bytes are read and compared with their digests; one that is readable already stays as
     * it is, so that asking again after a crash is harmless.
     *
     * @return where to download each, in order
     * @throws RefusalException naming every object that was not uploaded or has other bytes than its digest says
     */
    public LinkResponse settle(List<BlobReference> wanted) {
        requireFew(wanted.size());
        List<String> errors =
                wanted.stream().flatMap(blob -> settle(blob).stream()).toList();
        if (!errors.isEmpty()) {
            throw new RefusalException(
                    Kind.NOT_USABLE,
                    errors.size() + " of " + wanted.size() + " objects cannot be made readable; upload them again",
                    errors);
        }
        return links(wanted.stream().map(BlobReference::digest).toList());
    }

    /** What is wrong with an object; nothing if it is readable now. */
    private Optional<String> settle(BlobReference blob) {
        MessageDigest digest = Sha256.start();
        byte[] chunk = new byte[CHUNK_BYTES];
        Optional<OpenBlob> found = open(blob.digest());
        if (found.isEmpty()) {
            return Optional.of("object " + blob.digest() + " was not uploaded");
        }
        LocatedBlob where = found.get().where();
        try (OpenBlob open = found.get()) {
            if (!where.staged()) {
                return Optional.empty();
            }
            for (int read = readFrom(open.object(), chunk); read >= 0; read = readFrom(open.object(), chunk)) {
                digest.update(chunk, 0, read);
            }
        } catch (IOException lost) {
            throw new StorageUnavailableException(
                    "reading " + where.facts().key() + " was cut off: " + lost.getMessage(), lost);
        }
        boolean whole = Sha256.finish(digest).equals(blob.digest().value())
                && where.facts().sizeBytes() == blob.sizeBytes();
        if (!whole || !promote(where)) {
            return Optional.of(
                    "the bytes uploaded for object " + blob.digest() + " are not those its digest and size say");
        }
        dropStaged(blob.digest());
        return Optional.empty();
    }

    /**
     * Says where to download each object.
     *
     * @throws RefusalException naming every object the store does not have
     */
    public LinkResponse links(List<BlobDigest> digests) {
        requireFew(digests.size());
        List<Optional<ObjectFacts>> found = inParallel(digests, digest -> storage.head(StorageLayout.blob(digest)));
        List<String> unknown = new ArrayList<>();
        List<BlobLink> links = new ArrayList<>();
        for (int i = 0; i < digests.size(); i++) {
            BlobDigest digest = digests.get(i);
            if (found.get(i).isEmpty()) {
                unknown.add("object " + digest + " is not in the store");
            } else {
                links.add(new BlobLink(
                        digest,
                        storage.presignGet(StorageLayout.blob(digest), linkValidity)
                                .toString()));
            }
        }
        if (!unknown.isEmpty()) {
            throw new RefusalException(
                    Kind.UNKNOWN,
                    unknown.size() + " of " + digests.size() + " objects are not in the store; an upload becomes"
                            + " readable when a checkpoint with it is committed",
                    unknown);
        }
        return new LinkResponse(links);
    }

    /** Writes bytes of the store's own making. */
    public BlobReference put(byte[] bytes) {
        ObjectContent content = ObjectContent.of(bytes);
        return put(content);
    }

    /** Writes a file of the store's own making, whose digest was computed while it was written. */
    public BlobReference put(Path file, String sha256, long sizeBytes) {
        return put(ObjectContent.of(file, sha256, sizeBytes));
    }

    private BlobReference put(ObjectContent content) {
        BlobDigest digest = new BlobDigest(content.sha256());
        BlobReference reference = new BlobReference(digest, content.sizeBytes());
        String key = StorageLayout.blob(digest);
        if (storage.head(key)
                .filter(facts -> facts.sizeBytes() == content.sizeBytes())
                .isPresent()) {
            return reference;
        }
        return switch (puts.put(key, content)) {
            case PRESENT -> reference;
            case DIFFERENT -> throw corrupt(key);
        };
    }

    /** Opens an object, verified or else staged; empty if it is neither. The caller closes it. */
    public Optional<OpenBlob> open(BlobDigest digest) {
        Optional<OpenBlob> verified = storage.get(StorageLayout.blob(digest))
                .map(object -> new OpenBlob(new LocatedBlob(digest, object.facts(), false), object));
        return verified.isPresent()
                ? verified
                : storage.get(StorageLayout.staged(digest))
                        .map(object -> new OpenBlob(new LocatedBlob(digest, object.facts(), true), object));
    }

    /**
     * An object being read.
     *
     * @param where where it lies
     * @param object size and bytes
     */
    public record OpenBlob(LocatedBlob where, StoredObject object) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            object.close();
        }
    }

    /** As the format's documents spell a reference. */
    public static io.finemesh.checkpoint.manifest.BlobReference inManifest(BlobReference blob) {
        return new io.finemesh.checkpoint.manifest.BlobReference(blob.digest().value(), blob.sizeBytes());
    }

    /** As the contract spells a reference. */
    public static BlobReference inContract(io.finemesh.checkpoint.manifest.BlobReference blob) {
        return new BlobReference(new BlobDigest(blob.digest()), blob.sizeBytes());
    }

    /**
     * Makes a staged object readable, provided it is still the one that was verified.
     *
     * @return false if it was replaced or removed since it was located
     */
    public boolean promote(LocatedBlob verified) {
        if (!verified.staged()) {
            return true;
        }
        CopyOutcome outcome = storage.copy(
                verified.facts().key(), verified.facts().entityTag(), StorageLayout.blob(verified.digest()));
        return switch (outcome) {
            case COPIED -> true;
            case SOURCE_CHANGED -> false;
            // A commit that was cut off after its manifest removes what it staged.
            case SOURCE_MISSING ->
                storage.head(StorageLayout.blob(verified.digest())).isPresent();
        };
    }

    /** Removes the staged form of an object; harmless if there is none. */
    public void dropStaged(BlobDigest digest) {
        storage.delete(StorageLayout.staged(digest));
    }

    /**
     * Reads a verified object that fits in memory.
     *
     * @param limitBytes refuse anything longer
     */
    public byte[] read(BlobReference blob, long limitBytes) {
        String key = StorageLayout.blob(blob.digest());
        if (blob.sizeBytes() > limitBytes) {
            throw new IllegalArgumentException(
                    key + " has " + blob.sizeBytes() + " bytes; at most " + limitBytes + " are read into memory");
        }
        try (StoredObject object = storage.get(key).orElseThrow(() -> missing(key))) {
            byte[] bytes =
                    object.body().readNBytes((int) Math.min(object.facts().sizeBytes(), limitBytes));
            if (!Sha256.of(bytes).equals(blob.digest().value())) {
                throw corrupt(key);
            }
            return bytes;
        } catch (IOException lost) {
            throw new StorageUnavailableException("reading " + key + " was cut off: " + lost.getMessage(), lost);
        }
    }

    /** Writes a verified object into a local file and compares its digest on the way. */
    public void download(BlobReference blob, Path target) {
        String key = StorageLayout.blob(blob.digest());
        MessageDigest digest = Sha256.start();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (StoredObject object = storage.get(key).orElseThrow(() -> missing(key));
                OutputStream file = Files.newOutputStream(target)) {
            for (int read = readFrom(object, chunk); read >= 0; read = readFrom(object, chunk)) {
                digest.update(chunk, 0, read);
                file.write(chunk, 0, read);
            }
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(target.getParent(), failure);
        }
        if (!Sha256.finish(digest).equals(blob.digest().value())) {
            throw corrupt(key);
        }
    }

    /** Its failure is the storage's and not the local disk's. */
    private static int readFrom(StoredObject object, byte[] chunk) {
        try {
            return object.body().read(chunk);
        } catch (IOException lost) {
            throw new StorageUnavailableException(
                    "reading " + object.facts().key() + " was cut off: " + lost.getMessage(), lost);
        }
    }

    private static StorageUnavailableException missing(String key) {
        return new StorageUnavailableException("the object " + key
                + " is referenced by a committed checkpoint and is not in the bucket; restore it from a backup");
    }

    private static StorageUnavailableException corrupt(String key) {
        return new StorageUnavailableException("the bytes of object " + key
                + " do not have the digest in its name: it was damaged in storage; restore it from a backup");
    }

    private static void requireFew(int count) {
        if (count > LARGEST_REQUEST) {
            throw new RefusalException(
                    Kind.TOO_LARGE, "asked about " + count + " objects at once; allowed: at most " + LARGEST_REQUEST);
        }
    }

    /** Asks the storage about many objects at once, in order; one that fails fails all. */
    private static <T, R> List<R> inParallel(List<T> items, Function<T, R> question) {
        if (items.size() <= 1) {
            return items.stream().map(question).toList();
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(
                Math.min(items.size(), 16), Thread.ofVirtual().factory())) {
            List<Future<R>> answers = new ArrayList<>();
            for (T item : items) {
                answers.add(threads.submit(() -> question.apply(item)));
            }
            List<R> results = new ArrayList<>();
            for (Future<R> answer : answers) {
                results.add(answer.get());
            }
            return results;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new StorageUnavailableException("interrupted while asking the storage", stopped);
        }
    }
}
