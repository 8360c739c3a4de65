package io.finemesh.store.commit;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.manifest.StagedBlob;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.checkpoint.safetensors.SafetensorsVerifier;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.blob.BlobStore.OpenBlob;
import io.finemesh.store.blob.LocatedBlob;
import io.finemesh.store.intake.LedgerEvidence;
import io.finemesh.store.intake.StagedEvidence;
import io.finemesh.store.storage.StorageUnavailableException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads every object a result names, front to back and in constant memory, and says what each one is. What the storage cannot deliver is
 * a {@link io.finemesh.store.storage.StorageException}; what it delivers twice and is still not what was claimed is a problem of the
 * result.
 */
final class EvidenceCollector {
    private static final int READS_UNTIL_BELIEVED = 2;
    private static final int BUFFER_BYTES = 256 * 1024;

    private final BlobStore blobs;
    private final SegmentEnded claim;
    private final long steps;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, LocatedBlob> located = new HashMap<>();

    /** @param steps steps that the ledger should have */
    EvidenceCollector(BlobStore blobs, SegmentEnded claim, long steps) {
        this.blobs = blobs;
        this.claim = claim;
        this.steps = steps;
    }

    /** Reads everything. */
    StagedEvidence collect() {
        List<StagedBlob> weights = new ArrayList<>();
        for (BlobReference blob : claim.weightBlobs()) {
            read(blob, "weights object", this::safetensors).ifPresent(weights::add);
        }
        for (BlobReference blob : claim.stateBlobs()) {
            read(blob, "optimizer state object", this::safetensors);
        }
        Optional<LedgerEvidence> ledger = read(claim.ledger(), "ledger object", this::ledger);
        return new StagedEvidence(weights, ledger.orElse(LedgerEvidence.none()), problems);
    }

    /** Where each object was when it was verified, with the entity tag it had. */
    List<LocatedBlob> verified() {
        return List.copyOf(located.values());
    }

    @FunctionalInterface
    private interface Check<T> {
        T check(InputStream body, BlobReference claimed) throws IOException;
    }

    private <T> Optional<T> read(BlobReference blob, String kind, Check<T> check) {
        String what = kind + " " + blob.digest();
        for (int attempt = 1; ; attempt++) {
            Optional<OpenBlob> found = blobs.open(blob.digest());
            if (found.isEmpty()) {
                problems.add(what + " was not uploaded");
                return Optional.empty();
            }
            try (OpenBlob open = found.get()) {
                long size = open.where().facts().sizeBytes();
                if (size != blob.sizeBytes()) {
                    problems.add(what + " has " + size + " bytes, claimed were " + blob.sizeBytes());
                    return Optional.empty();
                }
                T result = check.check(new BufferedInputStream(open.object().body(), BUFFER_BYTES), blob);
                located.put(blob.digest().value(), open.where());
                return Optional.of(result);
            } catch (SafetensorsException wrong) {
                if (attempt == READS_UNTIL_BELIEVED) {
                    problems.add(what + ": " + wrong.getMessage());
                    return Optional.empty();
                }
            } catch (IOException lost) {
                throw new StorageUnavailableException("reading " + what + " was cut off: " + lost.getMessage(), lost);
            }
        }
    }

    private StagedBlob safetensors(InputStream body, BlobReference claimed) throws IOException {
        return StagedBlob.of(SafetensorsVerifier.verify(body, claimed.digest().value(), claimed.sizeBytes()));
    }

    private LedgerEvidence ledger(InputStream body, BlobReference claimed) throws IOException {
        MessageDigest digest = Sha256.start();
        LedgerEvidence ledger = LedgerReader.read(new DigestInputStream(body, digest), steps);
        String found = Sha256.finish(digest);
        if (!found.equals(claimed.digest().value())) {
            throw new SafetensorsException(
                    SafetensorsException.Reason.DIGEST_MISMATCH,
                    null,
                    "the bytes have SHA-256 " + found + ", claimed was " + claimed.digest());
        }
        return ledger;
    }
}
