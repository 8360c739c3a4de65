package io.finemesh.store.commit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.CommitOutcome.BaseUnknown;
import io.finemesh.store.commit.CommitOutcome.Committed;
import io.finemesh.store.commit.CommitOutcome.Rejected;
import io.finemesh.store.commit.Segments.Result;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.StorageException;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.storage.StorageLayout;
import io.finemesh.store.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SegmentCommitTest {
    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private Manifest root;

    @BeforeEach
    void importModel() {
        root = Segments.root(storage, directory);
    }

    @Test
    void aSoundResultBecomesACheckpointAndNothingStaysStaged() {
        Result result = Segments.next("run", 0, root).stageIn(storage);

        CheckpointCommitted event = committed(attempt(result.claim()));

        assertThat(event.checkpoint()).isEqualTo(result.claim().checkpoint());
        assertThat(event.parent()).isEqualTo(result.claim().base());
        assertThat(event.weightsDigest()).isEqualTo(result.manifest().weightsDigest());
        assertThat(event.changedTensors())
                .hasSize(9)
                .allMatch(name -> name.startsWith("model.layers.0."))
                .isSorted();
        assertThat(event.newBytes())
                .isEqualTo(result.objects().values().stream()
                        .mapToLong(bytes -> bytes.length)
                        .sum());
        assertThat(wholeCheckpoints()).contains(event.checkpoint().value());
        assertThat(storage.objects().keySet()).noneMatch(key -> key.startsWith("staging/"));
    }

    @Test
    void segmentsOfARunAreEachADeltaOnTheOneBefore() {
        Manifest parent = root;
        for (int index = 0; index < 4; index++) {
            Result result = Segments.next("run", index, parent).stageIn(storage);
            CheckpointCommitted event = committed(attempt(result.claim()));
            String layer = "model.layers." + index % 3 + ".";
            assertThat(event.changedTensors()).allMatch(name -> name.startsWith(layer));
            parent = result.manifest();
        }

        assertThat(wholeCheckpoints()).hasSize(5);
    }

    @Test
    void theMeanGradientNormIsThatOfTheLedgersStepsThatWereNotSkipped() {
        String norms = "{\"step\":0,\"gradientNorm\":0.1,\"skipped\":false}\n"
                + "{\"step\":1,\"gradientNorm\":\"Infinity\",\"skipped\":true}\n"
                + "{\"step\":2,\"gradientNorm\":0.2,\"skipped\":false}\n"
                + "{\"step\":3,\"gradientNorm\":9,\"skipped\":true}\n";
        String skipped = "{\"step\":4,\"gradientNorm\":1,\"skipped\":true}\n";
        List<byte[]> weights = List.of(Segments.safetensors(Segments.layer(0, 1)));
        Result first = Segments.result("run", 0, 3, root, weights, List.of(), norms.getBytes(UTF_8));
        Result second = Segments.result("run", 1, 4, first.manifest(), weights, List.of(), skipped.getBytes(UTF_8));

        OptionalDouble mean = committed(attempt(first.stageIn(storage).claim())).gradientNorm();

        assertThat(mean).isEqualTo(SegmentTrained.meanGradientNorm(List.of(0.1, 0.2)));
        assertThat(mean).hasValue((0.1 + 0.2) / 2);
        assertThat(committed(attempt(first.claim())).gradientNorm()).isEqualTo(mean);
        assertThat(committed(attempt(second.stageIn(storage).claim())).gradientNorm())
                .isEmpty();
    }

    @Test
    void sayingItAgainGivesTheSameAnswerAndWritesNothing() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        CheckpointCommitted first = committed(attempt(result.claim()));
        storage.fail(FaultPlan.NONE);

        CommitOutcome again = attempt(result.claim());

        assertThat(again).isEqualTo(new Committed(first, true));
        assertThat(storage.operations())
                .noneMatch(operation -> operation.startsWith("put") || operation.startsWith("copy"));
    }

    @Test
    void aRepetitionUnderANewEpochIsAnsweredForThatEpoch() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        attempt(result.claim());
        SegmentEnded claim = result.claim();
        result.stageIn(storage);

        CheckpointCommitted event = committed(attempt(new SegmentEnded(
                claim.runId(),
                claim.segmentIndex(),
                7,
                claim.trainer(),
                claim.checkpoint(),
                claim.base(),
                claim.lastStep(),
                claim.weightBlobs(),
                claim.cursorJson(),
                claim.stateBlobs(),
                claim.ledger())));

        assertThat(event.epoch()).isEqualTo(7);
        assertThat(storage.objects().keySet())
                .as("what the second trainer uploaded is removed too")
                .noneMatch(key -> key.startsWith("staging/"));
    }

    @Test
    void aBaseThatIsNotCommittedIsNoVerdict() {
        Result first = Segments.next("run", 0, root);
        Result second = Segments.next("run", 1, first.manifest()).stageIn(storage);

        assertThat(attempt(second.claim())).isInstanceOf(BaseUnknown.class);
        assertThat(wholeCheckpoints()).containsExactly(root.checkpointId());
    }

    @Test
    void everythingThatIsWrongIsNamedAndNothingIsCommitted() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        BlobReference weights = result.claim().weightBlobs().getFirst();
        BlobReference state = result.claim().stateBlobs().getFirst();
        byte[] forged = storage.objects().get(StorageLayout.staged(weights.digest()));
        forged[forged.length - 1] ^= 1;
        storage.place(StorageLayout.staged(weights.digest()), forged);
        storage.place(StorageLayout.staged(state.digest()), new byte[3]);
        storage.remove(StorageLayout.staged(result.claim().ledger().digest()));

        Rejected rejected = rejected(attempt(result.claim()));

        assertThat(rejected.event().failure().code()).isEqualTo(FailureCode.CHECKPOINT_REFUSED);
        assertThat(rejected.event().failure().message())
                .contains("weights object " + weights.digest())
                .contains("SHA-256")
                .contains("optimizer state object " + state.digest() + " has 3 bytes")
                .contains("ledger object")
                .contains("was not uploaded");
        assertThat(wholeCheckpoints()).containsExactly(root.checkpointId());
        assertThat(storage.objects().keySet())
                .filteredOn(key -> key.startsWith("blobs/"))
                .as("nothing that failed became readable")
                .allMatch(key -> root.blobs().stream().anyMatch(blob -> key.endsWith(blob.digest())));
    }

    @Test
    void bytesThatAreTheClaimedOnesButNoSafetensorsAreRefused() {
        byte[] junk = "not safetensors".getBytes(UTF_8);
        Result sound = Segments.next("run", 0, root).stageIn(storage);
        storage.place(StorageLayout.staged(Segments.reference(junk).digest()), junk);
        SegmentEnded claim = sound.claim();
        SegmentEnded withJunk = new SegmentEnded(
                claim.runId(),
                claim.segmentIndex(),
                claim.epoch(),
                claim.trainer(),
                claim.checkpoint(),
                claim.base(),
                claim.lastStep(),
                claim.weightBlobs(),
                claim.cursorJson(),
                List.of(Segments.reference(junk)),
                claim.ledger());

        assertThat(rejected(attempt(withJunk)).event().failure().message()).contains("optimizer state object");
    }

    @Test
    void aLedgerWithAGapIsRefused() {
        Result sound = Segments.next("run", 0, root);
        byte[] gap = "{\"step\":0}\n{\"step\":2}\n".getBytes(UTF_8);
        Result result = Segments.result(
                        "run",
                        0,
                        2,
                        root,
                        List.of(sound.objects()
                                .get(sound.claim()
                                        .weightBlobs()
                                        .getFirst()
                                        .digest()
                                        .value())),
                        List.of(),
                        gap)
                .stageIn(storage);

        assertThat(rejected(attempt(result.claim())).event().failure().message())
                .contains("line 2 of the ledger is of step 2, expected 1");
    }

    @Test
    void oneDamagedTransferIsReadAgainAndNotBelieved() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        storage.fail(FaultPlan.first("get staging", Fault.BODY_DAMAGED));

        assertThat(attempt(result.claim())).isInstanceOf(Committed.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"BODY_CUT", "SERVER_ERROR"})
    void whatTheStorageCannotDeliverIsNoVerdictOnTheResult(Fault fault) {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        storage.fail(FaultPlan.always("get staging", fault));

        assertThatThrownBy(() -> attempt(result.claim())).isInstanceOf(StorageUnavailableException.class);

        storage.fail(FaultPlan.NONE);
        assertThat(attempt(result.claim())).isInstanceOf(Committed.class);
    }

    @Test
    void aFullStorageIsNoVerdictAndTheNextAttemptGoesOn() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        for (String operation : List.of("copy", "put manifests")) {
            storage.fail(FaultPlan.always(operation, Fault.FULL));
            assertThatThrownBy(() -> attempt(result.claim())).isInstanceOf(StorageFullException.class);
            assertThat(wholeCheckpoints()).containsExactly(root.checkpointId());
        }

        storage.fail(FaultPlan.NONE);
        assertThat(attempt(result.claim())).isInstanceOf(Committed.class);
    }

    @Test
    void anObjectThatIsReplacedAfterItWasVerifiedIsVerifiedAgain() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        String staged =
                StorageLayout.staged(result.claim().weightBlobs().getFirst().digest());
        AtomicBoolean replaced = new AtomicBoolean();
        storage.fail((index, operation) -> {
            if (operation.startsWith("copy") && replaced.compareAndSet(false, true)) {
                storage.place(staged, "forged after verification".getBytes(UTF_8));
            }
            return Fault.NONE;
        });

        assertThatThrownBy(() -> attempt(result.claim()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("replaced");
        assertThat(rejected(attempt(result.claim())).event().failure().message())
                .contains("25 bytes");
        assertThat(wholeCheckpoints()).containsExactly(root.checkpointId());
    }

    @Test
    void stagedObjectsThatCannotBeRemovedDoNotUndoTheCommit() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        storage.fail(FaultPlan.always("delete", Fault.SERVER_ERROR));

        assertThat(attempt(result.claim())).isInstanceOf(Committed.class);
    }

    @Test
    void aManifestDamagedInStorageIsSaidToBeDamaged() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        byte[] manifest = root.canonicalJson();
        manifest[manifest.length / 2] ^= 1;
        MemoryStorage damaged = storage;
        damaged.place("manifests/" + root.checkpointId() + ".json", manifest);

        Rejected rejected = rejected(attempt(result.claim()));

        assertThat(rejected.event().failure().code()).isEqualTo(FailureCode.BLOB_CORRUPT);
        assertThat(rejected.event().failure().message()).contains(root.checkpointId());
    }

    private CommitOutcome attempt(SegmentEnded claim) {
        return new SegmentCommit(new BlobStore(storage, Duration.ofHours(1)), new ManifestStore(storage))
                .attempt(claim);
    }

    private Set<String> wholeCheckpoints() {
        return WholeCheckpoints.requireNoneTorn(storage);
    }

    private static CheckpointCommitted committed(CommitOutcome outcome) {
        assertThat(outcome).isInstanceOf(Committed.class);
        return ((Committed) outcome).event();
    }

    private static Rejected rejected(CommitOutcome outcome) {
        assertThat(outcome).isInstanceOf(Rejected.class);
        return (Rejected) outcome;
    }
}
