package io.finemesh.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.fixture.Allocations;
import io.finemesh.checkpoint.fixture.TinyModel;
import io.finemesh.checkpoint.safetensors.SafetensorsException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SafetensorsVerifierTest {
    private byte[] blob;
    private FileDigest claim;

    @BeforeEach
    void writeABlob() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        claim = SafetensorsWriter.writeDigesting(out, TinyModel.weights(TinyModel.TIED, 9), Map.of("format", "pt"));
        blob = out.toByteArray();
    }

    @Test
    void honestBlobYieldsTheWritersDigests() throws IOException {
        assertThat(SafetensorsVerifier.verify(new ByteArrayInputStream(blob), claim.digest(), blob.length))
                .isEqualTo(claim);
    }

    @Test
    void streamThatDeliversOneByteAtATimeIsReadAlike() throws IOException {
        InputStream slow = new ByteArrayInputStream(blob) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1));
            }
        };

        assertThat(SafetensorsVerifier.verify(slow, claim.digest(), blob.length))
                .isEqualTo(claim);
    }

    @Test
    void otherDigestIsRefused() {
        assertRefused(Reason.DIGEST_MISMATCH, () -> verify(blob, "0".repeat(64), blob.length));
    }

    @Test
    void bytesOtherThanClaimedAreTheTransportsFaultEvenWhenTheyAreNoSafetensorsFile() {
        byte[] damaged = blob.clone();
        damaged[8] = 'x';
        assertRefused(Reason.DIGEST_MISMATCH, () -> verify(damaged, claim.digest(), damaged.length));
    }

    @Test
    void bytesAsClaimedThatAreNoSafetensorsFileAreTheSendersFault() {
        byte[] text = "no safetensors file, but exactly what was promised".getBytes(StandardCharsets.US_ASCII);
        String digest = Sha256.of(text);
        assertRefused(Reason.HEADER_TOO_LARGE, () -> verify(text, digest, text.length));
    }

    @Test
    void shorterStreamIsRefusedWhereverItEnds() {
        for (int length = 0; length < blob.length; length += 7) {
            byte[] part = Arrays.copyOf(blob, length);
            assertRefused(Reason.LENGTH_MISMATCH, () -> verify(part, claim.digest(), blob.length));
        }
    }

    @Test
    void longerStreamIsRefused() {
        byte[] longer = Arrays.copyOf(blob, blob.length + 1);
        assertRefused(Reason.LENGTH_MISMATCH, () -> verify(longer, claim.digest(), blob.length));
    }

    @Test
    void claimOfTheWrongSizeIsRefused() {
        assertRefused(Reason.LENGTH_MISMATCH, () -> verify(blob, claim.digest(), blob.length - 1));
        assertRefused(Reason.LENGTH_MISMATCH, () -> verify(blob, claim.digest(), 3));
    }

    @Test
    void endlessStreamIsLeftAfterTheClaimedLength() {
        InputStream endless = new SequenceInputStream(new ByteArrayInputStream(blob), new Zeros(Long.MAX_VALUE));
        assertRefused(Reason.LENGTH_MISMATCH, () -> SafetensorsVerifier.verify(endless, claim.digest(), blob.length));
    }

    @Test
    void memoryDoesNotGrowWithTheBlob() throws Exception {
        int large = 64 * 1024 * 1024;
        byte[] head = RawFile.of("{" + RawFile.entry("a", "U8", "[" + large + "]", "[0," + large + "]") + "}", 0);
        FileDigest[] found = new FileDigest[1];

        long allocated = Allocations.of(() -> found[0] = SafetensorsVerifier.digest(
                new SequenceInputStream(new ByteArrayInputStream(head), new Zeros(large)), head.length + (long) large));

        assertThat(found[0].tensors()).hasSize(1);
        assertThat(allocated).isLessThan(2 * 1024 * 1024);
    }

    private static FileDigest verify(byte[] bytes, String digest, long size) throws IOException {
        return SafetensorsVerifier.verify(new ByteArrayInputStream(bytes), digest, size);
    }

    private static void assertRefused(Reason reason, ThrowingCallable verification) {
        AbstractThrowableAssert<?, ? extends Throwable> refusal = assertThatThrownBy(verification);
        refusal.isInstanceOfSatisfying(SafetensorsException.class, refused -> assertThat(refused.reason())
                .isEqualTo(reason));
    }

    /** That many zero bytes. */
    private static final class Zeros extends InputStream {
        private long left;

        Zeros(long count) {
            left = count;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            Arrays.fill(into, offset, offset + count, (byte) 0);
            left -= count;
            return count;
        }
    }
}
