package io.finemesh.checkpoint.safetensors;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.safetensors.FileDigest.TensorDigest;
import io.finemesh.checkpoint.safetensors.SafetensorsException.Reason;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a safetensors stream once, front to back, in constant memory beside its header: strict header, digest of each tensor,
 * digest of the whole.
 */
public final class SafetensorsVerifier {
    private static final int CHUNK_BYTES = 256 * 1024;

    private SafetensorsVerifier() {}

    /**
     * Digests a stream of known length.
     *
     * @param in positioned at the first byte; read to its end, not closed
     * @param sizeBytes length the stream is said to have
     * @throws SafetensorsException if the content is not valid safetensors of exactly that length
     */
    public static FileDigest digest(InputStream in, long sizeBytes) throws IOException {
        MessageDigest whole = Sha256.start();
        return digest(new DigestInputStream(in, whole), whole, sizeBytes);
    }

    /** Digests a file. */
    public static FileDigest digest(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), CHUNK_BYTES)) {
            return digest(in, Files.size(file));
        }
    }

    /**
     * Checks an uploaded blob against what its sender claimed. Bytes that are not the claimed ones are reported as such even
     * when they are not valid safetensors either, because then the transport is to blame and not the sender.
     *
     * @param in positioned at the first byte; read to its end, not closed
     * @param claimedDigest SHA-256, 64 hexadecimal digits
     * @param claimedBytes length
     * @throws SafetensorsException with {@link Reason#LENGTH_MISMATCH}, {@link Reason#DIGEST_MISMATCH}, or what is wrong with
     *     the content
     */
    public static FileDigest verify(InputStream in, String claimedDigest, long claimedBytes) throws IOException {
        MessageDigest whole = Sha256.start();
        CountingStream counted = new CountingStream(in);
        DigestInputStream digesting = new DigestInputStream(counted, whole);
        FileDigest found;
        try {
            found = digest(digesting, whole, claimedBytes);
        } catch (SafetensorsException invalid) {
            drain(digesting, counted, claimedBytes);
            requireClaim(Sha256.finish(whole), counted.count, claimedDigest, claimedBytes);
            throw invalid;
        }
        requireClaim(found.digest(), found.sizeBytes(), claimedDigest, claimedBytes);
        return found;
    }

    /** Checks a file as {@link #verify(InputStream, String, long)} checks a stream. */
    public static FileDigest verify(Path file, String claimedDigest, long claimedBytes) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), CHUNK_BYTES)) {
            return verify(in, claimedDigest, claimedBytes);
        }
    }

    private static FileDigest digest(DigestInputStream in, MessageDigest whole, long sizeBytes) throws IOException {
        Header header = HeaderReader.read(in, sizeBytes);
        MessageDigest single = Sha256.start();
        byte[] chunk = new byte[CHUNK_BYTES];
        List<TensorDigest> digests = new ArrayList<>(header.tensors().size());
        for (TensorInfo tensor : header.tensors()) {
            long left = tensor.byteCount();
            while (left > 0) {
                int count = in.read(chunk, 0, (int) Math.min(left, chunk.length));
                if (count < 0) {
                    throw new SafetensorsException(
                            Reason.DATA_TRUNCATED,
                            tensor.name(),
                            "tensor '" + tensor.name() + "': the stream ended " + left
                                    + " bytes before the tensor did");
                }
                single.update(chunk, 0, count);
                left -= count;
            }
            digests.add(new TensorDigest(tensor, Sha256.finish(single)));
        }
        if (in.read(chunk, 0, 1) >= 0) {
            throw new SafetensorsException(
                    Reason.TRAILING_BYTES, null, "the stream goes on after the " + sizeBytes + " bytes it should have");
        }
        return new FileDigest(Sha256.finish(whole), sizeBytes, digests);
    }

    /** Reads on to the end, or to one byte more than claimed: an endless stream must not hold the reader. */
    private static void drain(InputStream in, CountingStream counted, long claimedBytes) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        while (counted.count <= claimedBytes) {
            long wanted = Math.min(chunk.length, claimedBytes - counted.count + 1);
            if (in.read(chunk, 0, (int) wanted) < 0) {
                return;
            }
        }
    }

    private static void requireClaim(String digest, long bytes, String claimedDigest, long claimedBytes)
            throws SafetensorsException {
        if (bytes != claimedBytes) {
            throw new SafetensorsException(
                    Reason.LENGTH_MISMATCH,
                    null,
                    "found " + (bytes > claimedBytes ? "more than " + claimedBytes : Long.toString(bytes))
                            + " bytes where " + claimedBytes + " were claimed");
        }
        if (!digest.equals(claimedDigest)) {
            throw new SafetensorsException(
                    Reason.DIGEST_MISMATCH,
                    null,
                    "the bytes have SHA-256 " + digest + ", claimed was " + claimedDigest);
        }
    }

    /** Counts what has been delivered. */
    private static final class CountingStream extends InputStream {
        private final InputStream in;
        private long count;

        private CountingStream(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = in.read(into, offset, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
