package io.finemesh.checkpoint.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.finemesh.checkpoint.cache.BlobCacheException.Reason;
import io.finemesh.checkpoint.digest.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobCacheTest {
    private static final long CAPACITY_BYTES = 10_000;
    private static final int ATTEMPTS = 3;

    @TempDir
    private Path directory;

    private BlobCache cache;

    @BeforeEach
    void open() throws IOException {
        cache = reopen(false);
    }

    @Test
    void fetchesOnceAndServesTheFileAfterwards() throws IOException {
        byte[] bytes = random(5000, 1);
        Counted source = new Counted(bytes);

        Path first = cache.fetch(Sha256.of(bytes), bytes.length, source);
        Path second = cache.fetch(Sha256.of(bytes), bytes.length, source);

        assertThat(source.openings).isEqualTo(1);
        assertThat(source.closings).isEqualTo(1);
        assertThat(second).isEqualTo(first).hasBinaryContent(bytes);
        String digest = Sha256.of(bytes);
        assertThat(first).isEqualTo(directory.resolve("sha256", digest.substring(0, 2), digest));
        assertThat(cache.totalBytes()).isEqualTo(5000);
    }

    @Test
    void keepsAnEmptyObject() throws IOException {
        Path path = cache.fetch(Sha256.of(new byte[0]), 0, new Counted(new byte[0]));

        assertThat(path).isEmptyFile();
    }

    @Test
    void triesACorruptDownloadAgain() throws IOException {
        byte[] bytes = random(300, 2);
        Counted source = new Counted(flipped(bytes), bytes);

        assertThat(cache.fetch(Sha256.of(bytes), bytes.length, source)).hasBinaryContent(bytes);
        assertThat(source.openings).isEqualTo(2);
    }

    @Test
    void givesUpOnADownloadThatStaysCorruptAndExposesNothing() {
        byte[] bytes = random(300, 3);
        Counted source = new Counted(flipped(bytes));

        assertThatThrownBy(() -> cache.fetch(Sha256.of(bytes), bytes.length, source))
                .asInstanceOf(type(BlobCacheException.class))
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo(Reason.WRONG_DIGEST);
                    assertThat(failure.digest()).isEqualTo(Sha256.of(bytes));
                    assertThat(failure).hasMessageContainingAll(Sha256.of(bytes), Sha256.of(flipped(bytes)));
                });
        assertThat(source.openings).isEqualTo(ATTEMPTS);
        assertThat(source.closings).isEqualTo(ATTEMPTS);
        assertThat(files()).isEmpty();
        assertThat(cache.totalBytes()).isZero();
    }

    @Test
    void refusesATruncatedDownload() {
        byte[] bytes = random(300, 4);

        assertThatThrownBy(() -> cache.fetch(Sha256.of(bytes), 301, new Counted(bytes)))
                .hasMessageContainingAll("has 300 bytes", "announced were 301")
                .extracting(failure -> ((BlobCacheException) failure).reason())
                .isEqualTo(Reason.WRONG_LENGTH);
        assertThat(files()).isEmpty();
    }

    @Test
    void stopsReadingAnEndlessDownload() {
        AtomicInteger delivered = new AtomicInteger();
        BlobCache.Source endless = () -> new InputStream() {
            @Override
            public int read() {
                delivered.incrementAndGet();
                return 7;
            }
        };

        assertThatThrownBy(() -> cache.fetch(Sha256.of("x".getBytes(UTF_8)), 1000, endless))
                .extracting(failure -> ((BlobCacheException) failure).reason())
                .isEqualTo(Reason.WRONG_LENGTH);
        assertThat(delivered.get()).isEqualTo(ATTEMPTS * 1001);
        assertThat(files()).isEmpty();
    }

    @Test
    void triesAConnectionThatBreaksOffAgain() throws IOException {
        byte[] bytes = random(300, 5);
        AtomicInteger openings = new AtomicInteger();
        BlobCache.Source source = () -> openings.incrementAndGet() == 1
                ? new SequenceInputStream(new ByteArrayInputStream(bytes, 0, 100), broken())
                : new ByteArrayInputStream(bytes);

        assertThat(cache.fetch(Sha256.of(bytes), bytes.length, source)).hasBinaryContent(bytes);
    }

    @Test
    void saysThatTheSourceFailed() {
        BlobCache.Source source = () -> {
            throw new IOException("HTTP 503");
        };

        assertThatThrownBy(() -> cache.fetch(Sha256.of("x".getBytes(UTF_8)), 1, source))
                .hasMessageContaining("HTTP 503")
                .extracting(failure -> ((BlobCacheException) failure).reason())
                .isEqualTo(Reason.SOURCE_FAILED);
    }

    @Test
    void anInterruptEndsThePauseBetweenAttempts() throws IOException {
        BlobCache patient = BlobCache.open(
                new CacheSettings(directory, CAPACITY_BYTES, ATTEMPTS, Duration.ofHours(1), false), Clock.systemUTC());
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> patient.fetch(Sha256.of("x".getBytes(UTF_8)), 1, () -> broken()))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void fetchesOnceForManyCallersAtOnce() throws Exception {
        byte[] bytes = random(5000, 6);
        CountDownLatch everybodyIsHere = new CountDownLatch(8);
        Counted source = new Counted(bytes);
        try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Future<Path>> paths = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                paths.add(callers.submit(() -> {
                    everybodyIsHere.countDown();
                    everybodyIsHere.await();
                    return cache.fetch(Sha256.of(bytes), bytes.length, source);
                }));
            }
            for (Future<Path> path : paths) {
                assertThat(path.get()).hasBinaryContent(bytes);
            }
        }
        assertThat(source.openings).isEqualTo(1);
    }

    @Test
    void evictsWhatWasUsedLongestAgo() throws IOException {
        byte[] oldest = kept(4000, 10);
        byte[] middle = kept(4000, 11);
        assertThat(cache.find(Sha256.of(oldest), oldest.length)).isPresent();

        byte[] newest = kept(4000, 12);

        assertThat(cache.find(Sha256.of(oldest), oldest.length)).isPresent();
        assertThat(cache.find(Sha256.of(middle), middle.length)).isEmpty();
        assertThat(cache.find(Sha256.of(newest), newest.length)).isPresent();
        assertThat(files()).hasSize(2);
        assertThat(cache.totalBytes()).isEqualTo(8000);
    }

    @Test
    void sparesPinnedObjectsUntilTheLastPinIsClosed() throws IOException {
        byte[] pinned = random(4000, 13);
        BlobPins early = cache.pin(List.of(Sha256.of(pinned)));
        BlobPins second = cache.pin(List.of(Sha256.of(pinned)));
        cache.put(pinned);
        byte[] other = kept(4000, 14);
        early.close();
        early.close();

        kept(4000, 15);
        assertThat(cache.find(Sha256.of(other), 4000)).isEmpty();
        assertThat(cache.find(Sha256.of(pinned), 4000)).isPresent();

        second.close();
        kept(4001, 16);
        kept(4002, 17);
        assertThat(cache.find(Sha256.of(pinned), 4000)).isEmpty();
    }

    @Test
    void saysThatPinnedObjectsFillTheCacheAndEvictsNothingInVain() throws IOException {
        byte[] pinned = kept(6000, 18);
        byte[] free = kept(3000, 19);
        BlobPins pins = cache.pin(List.of(Sha256.of(pinned)));

        assertThatThrownBy(() -> cache.put(random(5000, 20)))
                .hasMessageContainingAll("5000 bytes", "10000 bytes", "Raise its capacity")
                .extracting(failure -> ((BlobCacheException) failure).reason())
                .isEqualTo(Reason.CACHE_FULL);
        assertThat(cache.find(Sha256.of(free), 3000)).isPresent();

        pins.close();
        assertThat(cache.put(random(5000, 20)).path()).exists();
    }

    @Test
    void remembersTheOrderOfUseAcrossARestart() throws IOException {
        byte[] oldest = kept(4000, 21);
        byte[] middle = kept(4000, 22);
        cache = reopenAt(Instant.now().plusSeconds(60), false);
        assertThat(cache.totalBytes()).isEqualTo(8000);
        assertThat(cache.find(Sha256.of(oldest), 4000)).isPresent();

        cache = reopen(false);
        kept(4000, 23);

        assertThat(cache.find(Sha256.of(middle), 4000)).isEmpty();
        assertThat(cache.find(Sha256.of(oldest), 4000)).isPresent();
    }

    @Test
    void replacesAFileOfTheWrongSize() throws IOException {
        byte[] bytes = kept(500, 24);
        Files.write(path(bytes), new byte[499]);

        assertThat(cache.fetch(Sha256.of(bytes), 500, new Counted(bytes))).hasBinaryContent(bytes);
    }

    @Test
    void trustsNameAndSizeUnlessToldOtherwise() throws IOException {
        byte[] bytes = kept(500, 25);
        Files.write(path(bytes), flipped(bytes));

        assertThat(reopen(false).find(Sha256.of(bytes), 500)).isPresent();
        assertThat(reopen(true).find(Sha256.of(bytes), 500)).isEmpty();
        assertThat(path(bytes)).doesNotExist();
    }

    @Test
    void verifyRemovesADamagedObject() throws IOException {
        byte[] bytes = kept(500, 26);
        assertThat(cache.verify(Sha256.of(bytes))).isTrue();
        Files.write(path(bytes), flipped(bytes));

        assertThat(cache.verify(Sha256.of(bytes))).isFalse();
        assertThat(path(bytes)).doesNotExist();
        assertThat(cache.totalBytes()).isZero();
        assertThat(cache.verify(Sha256.of(bytes))).isFalse();
    }

    @Test
    void findsWhatAnotherProcessAddedAndVerifiesIt() throws IOException {
        byte[] good = random(100, 27);
        byte[] bad = random(100, 28);
        Files.createDirectories(path(good).getParent());
        Files.createDirectories(path(bad).getParent());
        Files.write(path(good), good);
        Files.write(path(bad), flipped(bad));

        assertThat(cache.find(Sha256.of(good), 100)).isPresent();
        assertThat(cache.find(Sha256.of(bad), 100)).isEmpty();
        assertThat(cache.totalBytes()).isEqualTo(100);
    }

    @Test
    void keepsFilesAndContentMadeHere() throws IOException {
        byte[] bytes = random(700, 29);
        Path file = Files.write(directory.resolve("made.bin"), bytes);

        StoredBlob fromFile = cache.put(file);
        StoredBlob fromContent = cache.put(3, out -> out.write("abc".getBytes(UTF_8)));

        assertThat(fromFile.digest()).isEqualTo(Sha256.of(bytes));
        assertThat(fromFile.path()).hasBinaryContent(bytes);
        assertThat(fromContent.digest()).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(fromContent.path()).hasBinaryContent("abc".getBytes(UTF_8));
        assertThat(cache.totalBytes()).isEqualTo(703);
    }

    @Test
    void refusesContentOfAnotherLengthThanAnnounced() {
        assertThatThrownBy(() -> cache.put(4, out -> out.write("abc".getBytes(UTF_8))))
                .extracting(failure -> ((BlobCacheException) failure).reason())
                .isEqualTo(Reason.WRONG_LENGTH);
        assertThat(files()).isEmpty();
        assertThat(cache.totalBytes()).isZero();
    }

    @Test
    void removesWhatProcessesThatAreGoneLeftUnfinished() throws IOException {
        Path incoming = directory.resolve("incoming");
        long unused = Stream.iterate(4_000_000L, id -> id + 1)
                .filter(id -> ProcessHandle.of(id).isEmpty())
                .findFirst()
                .orElseThrow();
        Path dead = Files.write(incoming.resolve(unused + "-a.part"), new byte[1]);
        Path living = Files.write(incoming.resolve(ProcessHandle.current().pid() + "-b.part"), new byte[1]);

        reopen(false);

        assertThat(dead).doesNotExist();
        assertThat(living).exists();
    }

    @Test
    void refusesADigestThatCouldLeaveTheDirectory() {
        assertThatThrownBy(() -> cache.fetch("../../etc/passwd", 1, new Counted(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64 lower-case hexadecimal digits");
    }

    @Test
    void refusesSettingsThatCannotWork() {
        assertThatThrownBy(() -> CacheSettings.of(directory, 0)).hasMessageContaining("capacityBytes is 0");
        assertThatThrownBy(() -> new CacheSettings(directory, 1, 0, Duration.ZERO, false))
                .hasMessageContaining("attempts is 0");
        assertThatThrownBy(() -> new CacheSettings(directory, 1, 1, Duration.ofSeconds(-1), false))
                .hasMessageContaining("retryDelay is PT-1S");
    }

    private BlobCache reopen(boolean verifyExisting) throws IOException {
        return reopenAt(Instant.now(), verifyExisting);
    }

    private BlobCache reopenAt(Instant now, boolean verifyExisting) throws IOException {
        return BlobCache.open(
                new CacheSettings(directory, CAPACITY_BYTES, ATTEMPTS, Duration.ZERO, verifyExisting),
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private byte[] kept(int length, long seed) throws IOException {
        byte[] bytes = random(length, seed);
        cache.put(bytes);
        return bytes;
    }

    private Path path(byte[] bytes) {
        String digest = Sha256.of(bytes);
        return directory.resolve("sha256", digest.substring(0, 2), digest);
    }

    private List<Path> files() {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] flipped = bytes.clone();
        flipped[flipped.length / 2] ^= 1;
        return flipped;
    }

    private static InputStream broken() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };
    }

    /** Delivers its contents one an opening, the last one for ever, and counts. */
    private static final class Counted implements BlobCache.Source {
        private final byte[][] contents;
        private int openings;
        private int closings;

        Counted(byte[]... contents) {
            this.contents = contents;
        }

        @Override
        public synchronized InputStream open() {
            byte[] content = contents[Math.min(openings, contents.length - 1)];
            openings++;
            return new ByteArrayInputStream(content) {
                @Override
                public void close() {
                    closings++;
                }
            };
        }
    }
}
