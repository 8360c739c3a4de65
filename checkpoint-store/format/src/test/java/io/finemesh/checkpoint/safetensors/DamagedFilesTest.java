package io.finemesh.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.fixture.Allocations;
import io.finemesh.checkpoint.fixture.SharedFolder;
import io.finemesh.checkpoint.fixture.TinyModel;
import io.finemesh.checkpoint.safetensors.SafetensorsException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random damage to real files: the reader refuses, or sees exactly what an independent reader sees. */
class DamagedFilesTest {
    private static final int MUTATIONS = 10_000;
    private static final long SEED = 20260101;
    private static final int TRUNCATION_STRIDE = 4096;
    private static final int MAPPED_EVERY = 100;

    /** Sixty times the header of the files used here; a reader that trusts a damaged length would need far more. */
    private static final long LARGE_ALLOCATION = 2 * 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void mutationsOfAFileOfOurOwnAreRefusedOrReadAlike() throws Exception {
        mutate(ownFile());
    }

    @Test
    void mutationsOfARealModelAreRefusedOrReadAlike() throws Exception {
        Path real = SharedFolder.require("data/stories260K/model.safetensors");
        mutate(Files.copy(real, directory.resolve("real.safetensors")));
    }

    @Test
    void everyTruncationOfOurOwnFileIsRefused() throws Exception {
        byte[] whole = Files.readAllBytes(ownFile());
        for (int length = 0; length < whole.length; length++) {
            requireRefused(whole, length);
        }
    }

    @Test
    void truncationsOfARealModelAreRefused() throws Exception {
        byte[] whole = Files.readAllBytes(SharedFolder.require("data/stories260K/model.safetensors"));
        for (int length = 0; length < whole.length; length += TRUNCATION_STRIDE) {
            requireRefused(whole, length);
        }
        requireRefused(whole, whole.length - 1);
    }

    private static void requireRefused(byte[] whole, int length) {
        assertThatThrownBy(() -> SafetensorsFile.readHeader(new ByteArrayInputStream(whole, 0, length), length))
                .as("first %d bytes", length)
                .isInstanceOf(SafetensorsException.class);
    }

    @Test
    void everyFlippedBitOfABlobIsDetectedByItsDigest() throws Exception {
        byte[] whole = Files.readAllBytes(ownFile());
        FileDigest undamaged = SafetensorsVerifier.digest(new ByteArrayInputStream(whole), whole.length);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int flip = 0; flip < 200; flip++) {
            int at = random.nextInt(whole.length);
            byte original = whole[at];
            whole[at] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> SafetensorsVerifier.verify(
                            new ByteArrayInputStream(whole), undamaged.digest(), whole.length))
                    .isInstanceOfSatisfying(SafetensorsException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.DIGEST_MISMATCH));
            whole[at] = original;
        }
    }

    private Path ownFile() throws IOException {
        Path file = directory.resolve("own.safetensors");
        SafetensorsWriter.write(
                file, TinyModel.weights(TinyModel.UNTIED, SEED), Map.of("format", "pt", "origin", "größer ✓"));
        return file;
    }

    /** Most of a file is weights, where any value is valid; so half of the damage is aimed at the header. */
    private static void mutate(Path file) throws Exception {
        int header;
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            header = (int) opened.header().dataOffset();
        }
        mutate(file, (int) Files.size(file), MUTATIONS / 2);
        mutate(file, header, MUTATIONS / 2);
    }

    /** Overwrites one byte, judges, and puts it back; every so often in the file itself, through the mapping reader. */
    private static void mutate(Path file, int region, int count) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(SEED);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int mutation = 0; mutation < count; mutation++) {
                int at = random.nextInt(region);
                byte original = bytes[at];
                bytes[at] = (byte) random.nextInt(256);
                boolean[] agrees = new boolean[1];
                long allocated = Allocations.of(() -> agrees[0] = SecondOpinion.agreesOn(bytes));
                assertThat(agrees[0]).as("byte %d set to %d", at, bytes[at]).isTrue();
                assertThat(allocated).as("byte %d set to %d", at, bytes[at]).isLessThan(LARGE_ALLOCATION);
                if (mutation % MAPPED_EVERY == 0) {
                    put(channel, at, bytes[at]);
                    assertThat(SecondOpinion.agreesOn(file, bytes)).isTrue();
                    put(channel, at, original);
                }
                bytes[at] = original;
            }
        }
    }

    private static void put(FileChannel channel, int at, byte value) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {value}), at);
    }
}
