package io.finemesh.store.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StageTicket;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.storage.StorageLayout;
import io.finemesh.store.storage.StorageUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
    private static final byte[] BYTES = "an object".getBytes(UTF_8);
    private static final BlobReference BLOB = reference(BYTES);

    private final MemoryStorage storage = new MemoryStorage();
    private final BlobStore blobs = new BlobStore(storage, Duration.ofHours(1));

    @Test
    void ticketsFollowTheRequestAndLeadToStagingOnly() {
        BlobReference known = blobs.put("known".getBytes(UTF_8));

        List<StageTicket> tickets = blobs.stage(List.of(BLOB, known)).tickets();

        assertThat(tickets).extracting(StageTicket::blob).containsExactly(BLOB, known);
        assertThat(tickets.get(0).uploadUrl())
                .contains("memory:/put/" + StorageLayout.staged(BLOB.digest()) + "?size=" + BYTES.length);
        assertThat(tickets.get(1).uploadUrl()).isEmpty();
    }

    @Test
    void anUploadIsNotLinkedUntilItIsPromoted() throws Exception {
        storage.place(StorageLayout.staged(BLOB.digest()), BYTES);

        assertThatThrownBy(() -> blobs.links(List.of(BLOB.digest())))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(Kind.UNKNOWN));
        try (BlobStore.OpenBlob open = blobs.open(BLOB.digest()).orElseThrow()) {
            assertThat(open.where().staged()).isTrue();
            assertThat(blobs.promote(open.where())).isTrue();
        }

        assertThat(blobs.links(List.of(BLOB.digest())).links()).singleElement().satisfies(link -> assertThat(link.url())
                .isEqualTo("memory:/get/" + StorageLayout.blob(BLOB.digest())));
    }

    @Test
    void anUploadThatBelongsToNoCheckpointIsReadableWhenItsBytesAreRight() {
        storage.place(StorageLayout.staged(BLOB.digest()), BYTES);

        assertThat(blobs.settle(List.of(BLOB)).links()).hasSize(1);

        assertThat(blobs.read(BLOB, 100)).isEqualTo(BYTES);
        assertThat(storage.objects()).doesNotContainKey(StorageLayout.staged(BLOB.digest()));
        assertThat(blobs.settle(List.of(BLOB)).links()).as("asked again").hasSize(1);
    }

    @Test
    void anUploadWithOtherBytesThanItsDigestSaysStaysUnreadable() {
        storage.place(StorageLayout.staged(BLOB.digest()), "an obJect".getBytes(UTF_8));

        assertThatThrownBy(() -> blobs.settle(List.of(BLOB, reference("never sent".getBytes(UTF_8)))))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> {
                    assertThat(refusal.kind()).isEqualTo(Kind.NOT_USABLE);
                    assertThat(refusal.errors()).hasSize(2);
                    assertThat(refusal.errors().getFirst()).contains("are not those its digest and size say");
                    assertThat(refusal.errors().getLast()).contains("was not uploaded");
                });

        assertThat(storage.objects()).doesNotContainKey(StorageLayout.blob(BLOB.digest()));
    }

    @Test
    void whatWasReplacedAfterVerificationIsNotPromoted() {
        storage.place(StorageLayout.staged(BLOB.digest()), BYTES);
        LocatedBlob verified = blobs.open(BLOB.digest()).orElseThrow().where();
        storage.place(StorageLayout.staged(BLOB.digest()), "forgery".getBytes(UTF_8));

        assertThat(blobs.promote(verified)).isFalse();

        assertThat(storage.objects()).doesNotContainKey(StorageLayout.blob(BLOB.digest()));
    }

    @Test
    void promotionGoesThroughWhenAnotherCommitPromotedAndRemovedTheSameObject() {
        storage.place(StorageLayout.staged(BLOB.digest()), BYTES);
        LocatedBlob verified = blobs.open(BLOB.digest()).orElseThrow().where();
        storage.remove(StorageLayout.staged(BLOB.digest()));
        assertThat(blobs.promote(verified)).isFalse();
        storage.place(StorageLayout.blob(BLOB.digest()), BYTES);

        assertThat(blobs.promote(verified)).isTrue();
    }

    @Test
    void everyUnknownObjectIsNamed() {
        BlobReference known = blobs.put("known".getBytes(UTF_8));
        BlobReference other = reference("other".getBytes(UTF_8));

        assertThatThrownBy(() -> blobs.links(List.of(BLOB.digest(), known.digest(), other.digest())))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.errors())
                        .containsExactly(
                                "object " + BLOB.digest() + " is not in the store",
                                "object " + other.digest() + " is not in the store"));
    }

    @Test
    void everyObjectOfImpossibleSizeIsNamed() {
        BlobReference negative = new BlobReference(BLOB.digest(), -1);
        BlobReference huge = new BlobReference(BLOB.digest(), BlobStore.LARGEST_BLOB_BYTES + 1);

        assertThatThrownBy(() -> blobs.stage(List.of(negative, BLOB, huge)))
                .isInstanceOfSatisfying(RefusalException.class, refusal -> {
                    assertThat(refusal.kind()).isEqualTo(Kind.TOO_LARGE);
                    assertThat(refusal.errors()).hasSize(2);
                });
    }

    @Test
    void aRequestForTooManyObjectsIsRefusedBeforeTheStorageIsAsked() {
        storage.fail(FaultPlan.NONE);

        assertThatThrownBy(() -> blobs.links(Collections.nCopies(10_001, BLOB.digest())))
                .isInstanceOf(RefusalException.class);

        assertThat(storage.operations()).isEmpty();
    }

    @Test
    void writingTwiceUploadsOnce() {
        blobs.put(BYTES);
        storage.fail(FaultPlan.NONE);

        assertThat(blobs.put(BYTES)).isEqualTo(BLOB);

        assertThat(storage.operations()).noneMatch(operation -> operation.startsWith("put"));
    }

    @Test
    void aLostReplyToAnUploadIsFoundOut() {
        storage.fail(FaultPlan.first("put", Fault.REPLY_LOST));

        assertThat(blobs.put(BYTES)).isEqualTo(BLOB);
    }

    @Test
    void aFullStorageIsSaid() {
        storage.fail(FaultPlan.always("put", Fault.FULL));

        assertThatThrownBy(() -> blobs.put(BYTES)).isInstanceOf(StorageFullException.class);
    }

    @Test
    void aDamagedObjectIsNeverHandedOut(@TempDir Path directory) {
        blobs.put(BYTES);
        storage.fail(FaultPlan.always("get", Fault.BODY_DAMAGED));

        assertThatThrownBy(() -> blobs.read(BLOB, 1000))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> blobs.download(BLOB, directory.resolve("object")))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void aConnectionLostWhileReadingIsNotDamage(@TempDir Path directory) {
        blobs.put(BYTES);
        storage.fail(FaultPlan.always("get", Fault.BODY_CUT));

        assertThatThrownBy(() -> blobs.read(BLOB, 1000))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("cut off");
        assertThatThrownBy(() -> blobs.download(BLOB, directory.resolve("object")))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("cut off");
    }

    @Test
    void downloadsVerifiedBytes(@TempDir Path directory) throws Exception {
        blobs.put(BYTES);

        blobs.download(BLOB, directory.resolve("object"));

        assertThat(Files.readAllBytes(directory.resolve("object"))).isEqualTo(BYTES);
    }

    private static BlobReference reference(byte[] bytes) {
        return new BlobReference(new BlobDigest(Sha256.of(bytes)), bytes.length);
    }
}
