package io.finemesh.store.commit;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.blob.BlobStore.OpenBlob;
import io.finemesh.store.blob.LocatedBlob;
import io.finemesh.store.commit.CommitOutcome.BaseUnknown;
import io.finemesh.store.commit.CommitOutcome.Committed;
import io.finemesh.store.commit.CommitOutcome.Rejected;
import io.finemesh.store.intake.CommitDecision;
import io.finemesh.store.intake.CommitRules;
import io.finemesh.store.intake.StagedEvidence;
import io.finemesh.store.manifest.DamagedManifestException;
import io.finemesh.store.manifest.ManifestDifference;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.storage.StorageException;
import io.finemesh.store.storage.StorageUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * One attempt to commit a segment's result:
 *
 * <ol>
 *   <li>read and verify every staged object;
 *   <li>decide;
 *   <li>make the staged objects readable, each only if it is still the one that was verified;
 *   <li>write the manifest, only if there is none. Now, and not before, the checkpoint exists;
 *   <li>remove what was staged.
 * </ol>
 *
 * It may stop anywhere and be attempted again: before step 4 there are at most some unreferenced objects, which the next attempt finds
 * and uses; after it the next attempt finds the manifest.
 */
public final class SegmentCommit {
    private static final Logger LOG = Logger.getLogger(SegmentCommit.class);

    private final BlobStore blobs;
    private final ManifestStore manifests;

    public SegmentCommit(BlobStore blobs, ManifestStore manifests) {
        this.blobs = blobs;
        this.manifests = manifests;
    }

    /**
     * Attempts once.
     *
     * @throws StorageException if the storage did not do its part; attempting again is harmless
     */
    public CommitOutcome attempt(SegmentEnded claim) {
        try {
            Optional<Manifest> existing = manifests.find(claim.checkpoint());
            Optional<Manifest> parent = manifests.find(claim.base());
            if (existing.isPresent()) {
                return existing(claim, existing.get(), parent);
            }
            return parent.isEmpty() ? new BaseUnknown() : attempt(claim, parent.get());
        } catch (DamagedManifestException damaged) {
            return rejected(claim, FailureCode.BLOB_CORRUPT, List.of(damaged.getMessage()));
        }
    }

    /** A refusal for a reason that is not in the result itself. */
    public static Rejected rejected(SegmentEnded claim, FailureCode code, List<String> problems) {
        return new Rejected(new CheckpointRejected(
                claim.checkpoint(),
                claim.runId(),
                claim.segmentIndex(),
                claim.epoch(),
                new Failure(
                        code,
                        "segment " + claim.segmentIndex() + " of run " + claim.runId() + " cannot be committed: "
                                + String.join("; ", problems))));
    }

    private CommitOutcome attempt(SegmentEnded claim, Manifest parent) {
        long steps = claim.lastStep() - CommitRules.firstStep(claim, parent) + 1;
        EvidenceCollector evidence = new EvidenceCollector(blobs, claim, steps);
        StagedEvidence found = evidence.collect();
        CommitDecision decision = CommitRules.decide(claim, parent, found);
        return switch (decision) {
            case CommitDecision.Refuse refuse -> rejected(claim, FailureCode.CHECKPOINT_REFUSED, refuse.problems());
            case CommitDecision.Commit commit -> {
                evidence.verified().forEach(this::promote);
                manifests.put(commit.manifest());
                dropStaged(claim);
                yield committed(claim, parent, commit.manifest(), found.ledger().gradientNorm(), false);
            }
        };
    }

    private void promote(LocatedBlob verified) {
        if (!blobs.promote(verified)) {
            throw new StorageUnavailableException(
                    "object " + verified.digest() + " was replaced while it was verified; it is verified again");
        }
    }

    /** A repetition: the checkpoint is there, and says itself which result it is. */
    private CommitOutcome existing(SegmentEnded claim, Manifest manifest, Optional<Manifest> parent) {
        Optional<TrainedBy> by = manifest.trainedBy();
        boolean same = by.filter(one -> one.runId().equals(claim.runId().value())
                        && one.segmentIndex() == claim.segmentIndex()
                        && one.lastStep() == claim.lastStep())
                .isPresent();
        if (!same
                || parent.isEmpty()
                || !manifest.parent().equals(Optional.of(claim.base().value()))) {
            return rejected(
                    claim,
                    FailureCode.CHECKPOINT_REFUSED,
                    List.of("checkpoint " + claim.checkpoint() + " exists and is that of "
                            + by.map(Object::toString).orElse("an import") + " on base "
                            + manifest.parent().orElse("(none)")));
        }
        OptionalDouble norm = committedNorm(claim, parent.get(), manifest);
        dropStaged(claim);
        return committed(claim, parent.get(), manifest, norm, true);
    }

    /** From the committed ledger: a repetition says what was said the first time. */
    private OptionalDouble committedNorm(SegmentEnded claim, Manifest parent, Manifest manifest) {
        Optional<OpenBlob> ledger =
                manifest.ledger().map(BlobStore::inContract).flatMap(blob -> blobs.open(blob.digest()));
        if (ledger.isEmpty()) {
            LOG.errorf(
                    "the ledger of %s is named by its manifest and is not in the bucket; its gradient norm is not told, restore the object from a backup",
                    claim.checkpoint());
            return OptionalDouble.empty();
        }
        try (OpenBlob open = ledger.get()) {
            long steps = claim.lastStep() - CommitRules.firstStep(claim, parent) + 1;
            return LedgerReader.read(open.object().body(), steps).gradientNorm();
        } catch (IOException lost) {
            throw new StorageUnavailableException(
                    "reading the ledger of " + claim.checkpoint() + " was cut off: " + lost.getMessage(), lost);
        }
    }

    private static Committed committed(
            SegmentEnded claim, Manifest parent, Manifest manifest, OptionalDouble norm, boolean existed) {
        ManifestDifference difference = ManifestDifference.between(parent, manifest);
        return new Committed(
                new CheckpointCommitted(
                        claim.checkpoint(),
                        claim.runId(),
                        claim.segmentIndex(),
                        claim.epoch(),
                        claim.base(),
                        claim.lastStep(),
                        manifest.weightsDigest(),
                        difference.newBytes(),
                        difference.changedTensors(),
                        norm),
                existed);
    }

    /** The checkpoint is committed whatever becomes of this; what is left behind costs space and nothing else. */
    private void dropStaged(SegmentEnded claim) {
        try {
            Stream.of(claim.weightBlobs().stream(), claim.stateBlobs().stream(), Stream.of(claim.ledger()))
                    .flatMap(stream -> stream)
                    .map(BlobReference::digest)
                    .distinct()
                    .forEach(blobs::dropStaged);
        } catch (StorageException left) {
            LOG.warnf("staged objects of %s were left behind: %s", claim.checkpoint(), left.getMessage());
        }
    }
}
