package io.finemesh.checkpoint.cache;

import static java.util.Objects.requireNonNull;

import io.finemesh.checkpoint.cache.BlobCacheException.Reason;
import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.file.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps immutable objects in a local directory under the SHA-256 of their bytes. A path it returns always holds a complete object
 * whose bytes were compared with that digest when they were written; a file appears by an atomic rename and is never written to
 * again, so it may be mapped. It stays until the room is needed and nobody pins it; one that is mapped outlives its name.
 *
 * <p>Thread-safe; an object that several callers want at once is fetched once. Several processes may share a directory, but each
 * counts only what it knows of against the capacity.
 */
public final class BlobCache {
    private static final int DIGITS_OF_FOLDER = 2;

    private final CacheSettings settings;
    private final Clock clock;
    private final Path objects;
    private final Incoming incoming;
    private final CacheIndex index;
    private final Set<String> unverified = new HashSet<>();
    private final Map<String, Turn> turns = new HashMap<>();

    private BlobCache(CacheSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.objects = settings.directory().toAbsolutePath().resolve("sha256");
        this.incoming = new Incoming(settings.directory().toAbsolutePath().resolve("incoming"));
        this.index = new CacheIndex(settings.capacityBytes());
    }

    /** Where an object comes from, such as a presigned GET. */
    @FunctionalInterface
    public interface Source {
        /** Opens the object's bytes from the first one; called again for every attempt. The cache closes the stream. */
        InputStream open() throws IOException;
    }

    /**
     * Opens a cache with the usual settings.
     *
     * @see CacheSettings#of
     */
    public static BlobCache open(Path directory, long capacityBytes) throws IOException {
        return open(CacheSettings.of(directory, capacityBytes), Clock.systemUTC());
    }

    /**
     * Opens a cache, creating its directory if need be; finds what earlier processes left in it and removes what they left
     * unfinished. An excess over the capacity goes when something is added.
     *
     * @param clock dates the last use of an object, so that the order of use survives the process
     */
    public static BlobCache open(CacheSettings settings, Clock clock) throws IOException {
        BlobCache cache = new BlobCache(settings, clock);
        Files.createDirectories(cache.objects);
        cache.incoming.clean();
        for (Existing existing : Existing.in(cache.objects)) {
            cache.index.add(existing.digest(), existing.sizeBytes());
            cache.unverified.add(existing.digest());
        }
        return cache;
    }

    /**
     * The object, fetched unless it is there already. A broken, short, long or corrupt download is tried again as often as the
     * settings say.
     *
     * @param digest SHA-256 of its bytes, 64 lower-case hexadecimal digits
     * @param sizeBytes its size; reading stops one byte after it
     * @return where it is; pin it before the call if something else is fetched before it is opened
     * @throws BlobCacheException if it cannot be had; nothing of it is in the cache then
     * @throws InterruptedIOException if the thread was interrupted between two attempts; it is interrupted again then
     * @throws IOException if the local file system fails otherwise
     */
    public Path fetch(String digest, long sizeBytes, Source source) throws IOException {
        requireDigest(digest);
        requireNonNull(source, "source is null");
        Turn turn = take(digest);
        try {
            Optional<Path> present = present(digest, sizeBytes);
            return present.isPresent() ? present.get() : download(digest, sizeBytes, source);
        } finally {
            giveBack(digest, turn);
        }
    }

    /** The object if it is there, which counts as its use. */
    public Optional<Path> find(String digest, long sizeBytes) throws IOException {
        requireDigest(digest);
        Turn turn = take(digest);
        try {
            return present(digest, sizeBytes);
        } finally {
            giveBack(digest, turn);
        }
    }

    /** Keeps bytes that were made here. */
    public StoredBlob put(byte[] bytes) throws IOException {
        return put(Sha256.of(bytes), bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    /** Keeps a copy of a file that was made here; the file must not change meanwhile. */
    public StoredBlob put(Path file) throws IOException {
        return put(Sha256.of(file), Files.size(file), () -> Files.newInputStream(file));
    }

    /**
     * Keeps an object while it is being written: digested on the way, forced to the device, named at the end.
     *
     * @param sizeBytes how many bytes will be written
     * @throws BlobCacheException if there is no room, or another number of bytes was written
     */
    public StoredBlob put(long sizeBytes, DurableFile.Content content) throws IOException {
        reserve("an object made here", sizeBytes);
        try (Incoming.Arrival arrival = incoming.begin()) {
            String digest = arrival.write(sizeBytes, content);
            Turn turn = take(digest);
            try {
                Optional<Path> present = present(digest, sizeBytes);
                Path path = present.isPresent() ? present.get() : keep(digest, sizeBytes, arrival);
                return new StoredBlob(digest, sizeBytes, path);
            } finally {
                giveBack(digest, turn);
            }
        } finally {
            release(sizeBytes);
        }
    }

    /** Spares objects, there already or not, from eviction until the pins are closed. Pins of several callers add up. */
    public BlobPins pin(Collection<String> digests) {
        List<String> pinned = List.copyOf(digests);
        pinned.forEach(BlobCache::requireDigest);
        synchronized (index) {
            index.pin(pinned);
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                synchronized (index) {
                    index.unpin(pinned);
                }
            }
        };
    }

    /**
     * Reads an object again and compares it with its digest; a damaged one is removed.
     *
     * @return whether it is there and undamaged
     */
    public boolean verify(String digest) throws IOException {
        requireDigest(digest);
        Turn turn = take(digest);
        try {
            return intact(digest);
        } finally {
            giveBack(digest, turn);
        }
    }

    /** Bytes of all objects, those on their way included. */
    public long totalBytes() {
        synchronized (index) {
            return index.totalBytes();
        }
    }

    /** The most that {@link #totalBytes} may become. */
    public long capacityBytes() {
        return settings.capacityBytes();
    }

    private StoredBlob put(String digest, long sizeBytes, Source source) throws IOException {
        return new StoredBlob(digest, sizeBytes, fetch(digest, sizeBytes, source));
    }

    private Path download(String digest, long sizeBytes, Source source) throws IOException {
        reserve(digest, sizeBytes);
        try {
            Duration delay = settings.retryDelay();
            for (int attempt = 1; ; attempt++) {
                try (Incoming.Arrival arrival = incoming.begin()) {
                    arrival.copy(digest, sizeBytes, source);
                    return keep(digest, sizeBytes, arrival);
                } catch (BlobCacheException failed) {
                    if (!failed.mayPass() || attempt >= settings.attempts()) {
                        throw failed;
                    }
                }
                pause(delay);
                delay = delay.multipliedBy(2);
            }
        } finally {
            release(sizeBytes);
        }
    }

    private Path keep(String digest, long sizeBytes, Incoming.Arrival arrival) throws IOException {
        Path path = path(digest);
        synchronized (index) {
            arrival.moveTo(path);
            index.add(digest, sizeBytes);
            unverified.remove(digest);
        }
        DurableFile.force(path.getParent());
        return path;
    }

    /** Must be called by the owner of the digest's turn. */
    private Optional<Path> present(String digest, long sizeBytes) throws IOException {
        Path path = path(digest);
        boolean known;
        boolean verify;
        synchronized (index) {
            known = index.use(digest).isPresent();
            verify = settings.verifyExisting() && unverified.contains(digest);
        }
        try {
            if (Files.size(path) != sizeBytes) {
                remove(digest); // cut by something other than this class: a crash of the file system, or a hand
                return Optional.empty();
            }
            if ((verify || !known) && !intact(digest)) {
                return Optional.empty();
            }
            Files.setLastModifiedTime(path, FileTime.from(clock.instant()));
            return Optional.of(path);
        } catch (NoSuchFileException gone) {
            remove(digest);
            return Optional.empty();
        }
    }

    private boolean intact(String digest) throws IOException {
        Path path = path(digest);
        try {
            if (Sha256.of(path).equals(digest)) {
                synchronized (index) {
                    index.add(digest, Files.size(path));
                    unverified.remove(digest);
                }
                return true;
            }
            remove(digest);
            return false;
        } catch (NoSuchFileException gone) {
            remove(digest);
            return false;
        }
    }

    private void remove(String digest) throws IOException {
        synchronized (index) {
            index.remove(digest);
            Files.deleteIfExists(path(digest));
        }
    }

    private void reserve(String what, long sizeBytes) throws IOException {
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("sizeBytes is " + sizeBytes + ", allowed: 0 and more");
        }
        synchronized (index) {
            List<String> victims = index.reserve(sizeBytes)
                    .orElseThrow(() -> new BlobCacheException(
                            Reason.CACHE_FULL,
                            what,
                            "no room for " + what + " of " + sizeBytes + " bytes: the cache in " + settings.directory()
                                    + " may hold " + settings.capacityBytes()
                                    + " bytes and too much of it is in use. Raise its capacity",
                            null));
            // Under the lock, so that a file fetched anew meanwhile is not the one deleted.
            for (String victim : victims) {
                Files.deleteIfExists(path(victim));
            }
        }
    }

    private void release(long sizeBytes) {
        synchronized (index) {
            index.release(sizeBytes);
        }
    }

    private Path path(String digest) {
        return objects.resolve(digest.substring(0, DIGITS_OF_FOLDER)).resolve(digest);
    }

    /** Waits until nobody else works on the digest. */
    private Turn take(String digest) {
        Turn turn;
        synchronized (turns) {
            turn = turns.computeIfAbsent(digest, name -> new Turn());
            turn.waiting++;
        }
        turn.lock.lock();
        return turn;
    }

    private void giveBack(String digest, Turn turn) {
        turn.lock.unlock();
        synchronized (turns) {
            turn.waiting--;
            if (turn.waiting == 0) {
                turns.remove(digest);
            }
        }
    }

    private static void pause(Duration delay) throws InterruptedIOException {
        try {
            Thread.sleep(delay);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting to fetch again");
        }
    }

    private static void requireDigest(String digest) {
        if (!Sha256.isDigest(digest)) {
            throw new IllegalArgumentException(
                    "digest is '" + digest + "', allowed: 64 lower-case hexadecimal digits of a SHA-256");
        }
    }

    /** Who works on one digest, and how many want to. */
    private static final class Turn {
        private final ReentrantLock lock = new ReentrantLock();
        private int waiting;
    }
}
