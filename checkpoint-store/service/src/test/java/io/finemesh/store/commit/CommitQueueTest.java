package io.finemesh.store.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.contract.checkpoint.CheckpointRejected;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.Segments.Result;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.publication.RecordingPublisher;
import io.finemesh.store.publication.RecordingPublisher.Failure;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitQueueTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();
    private final RecordingPublisher publisher = new RecordingPublisher();
    private final List<CommitOutcome> observed = new CopyOnWriteArrayList<>();
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private Manifest root;
    private CommitQueue queue;

    @BeforeEach
    void start() {
        root = Segments.root(storage, directory);
        queue = queue(Duration.ofSeconds(60));
    }

    @AfterEach
    void stop() {
        queue.close();
    }

    @Test
    void tellsTheMeshThenAcknowledges() {
        Result result = Segments.next("run", 0, root).stageIn(storage);

        accept(result);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
        Envelope<?> event = publisher.published().getFirst();
        assertThat(publisher.published()).hasSize(1);
        assertThat(event.body())
                .isInstanceOfSatisfying(CheckpointCommitted.class, committed -> assertThat(committed.checkpoint())
                        .isEqualTo(result.claim().checkpoint()));
        assertThat(event.key()).isEqualTo("run");
        assertThat(event.causation()).contains(result.envelope().id());
        assertThat(event.correlation()).contains("run");
        assertThat(event.traceparent()).contains(Segments.TRACEPARENT);
        assertThat(event.id()).isEqualTo(EventId.derived(result.envelope().id(), "checkpoint-committed", 0));
        assertThat(observed).hasSize(1);
    }

    @Test
    void aRepeatedResultIsToldAgainUnderTheSameId() {
        Result result = Segments.next("run", 0, root).stageIn(storage);

        accept(result);
        accept(result);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 2);
        assertThat(publisher.published()).hasSize(2);
        assertThat(publisher.published().get(0).id())
                .isEqualTo(publisher.published().get(1).id());
        assertThat(publisher.published().get(0).body())
                .isEqualTo(publisher.published().get(1).body());
        assertThat(WholeCheckpoints.requireNoneTorn(storage)).hasSize(2);
    }

    @Test
    void resultsOfARunAreCommittedInOrderAlsoWhenTheyComeOutOfOrder() {
        Result first = Segments.next("run", 0, root).stageIn(storage);
        Result second = Segments.next("run", 1, first.manifest()).stageIn(storage);
        Result third = Segments.next("run", 2, second.manifest()).stageIn(storage);

        accept(third);
        accept(second);
        accept(first);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 3);
        assertThat(publisher.bodies(CheckpointCommitted.class))
                .extracting(CheckpointCommitted::segmentIndex)
                .containsExactly(0, 1, 2);
        assertThat(publisher.bodies(CheckpointRejected.class)).isEmpty();
    }

    @Test
    void runsDoNotWaitForEachOther() {
        Result stuck = Segments.next("stuck", 0, root).stageIn(storage);
        Result other = Segments.next("other", 0, root).stageIn(storage);
        String blob = stuck.claim().weightBlobs().getFirst().digest().value();
        storage.fail((index, operation) -> operation.contains(blob) ? Fault.SERVER_ERROR : Fault.NONE);

        accept(stuck);
        accept(other);

        await().atMost(LIMIT).until(() -> acknowledged.contains("other-0"));
        assertThat(acknowledged).doesNotContain("stuck-0");
        storage.fail(FaultPlan.NONE);
        await().atMost(LIMIT).until(() -> acknowledged.contains("stuck-0"));
    }

    @Test
    void aResultWhoseBaseNeverComesIsRefusedWithTheReason() {
        queue.close();
        queue = queue(Duration.ofMillis(50));
        Result first = Segments.next("run", 0, root);
        Result orphan = Segments.next("run", 1, first.manifest()).stageIn(storage);

        accept(orphan);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
        assertThat(publisher.bodies(CheckpointRejected.class)).singleElement().satisfies(rejected -> {
            assertThat(rejected.failure().code()).isEqualTo(FailureCode.CHECKPOINT_REFUSED);
            assertThat(rejected.failure().message())
                    .contains("the base " + first.manifest().checkpointId() + " is not committed");
        });
    }

    @Test
    void aRefusalDoesNotStopTheLane() {
        Result bad = Segments.next("run", 0, root);
        Result good = Segments.next("run", 0, root).stageIn(storage);
        storage.remove(io.finemesh.store.storage.StorageLayout.staged(
                good.claim().ledger().digest()));

        accept(bad);
        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
        good.stageIn(storage);
        accept(good);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 2);
        assertThat(publisher.bodies(CheckpointRejected.class)).hasSize(1);
        assertThat(publisher.bodies(CheckpointCommitted.class)).hasSize(1);
    }

    @Test
    void storageThatIsAwayOrFullIsWaitedForWithoutLosingTheResult() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        AtomicInteger faults = new AtomicInteger();
        storage.fail((index, operation) -> {
            if (faults.incrementAndGet() > 12) {
                return Fault.NONE;
            }
            return operation.startsWith("copy") || operation.startsWith("put") ? Fault.FULL : Fault.SERVER_ERROR;
        });

        accept(result);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
        assertThat(publisher.bodies(CheckpointCommitted.class)).hasSize(1);
        assertThat(publisher.bodies(CheckpointRejected.class)).isEmpty();
    }

    @Test
    void aBrokerThatIsAwayIsWaitedForAndTheResultStaysUnacknowledged() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        publisher.fail(attempt -> Failure.REFUSED);

        accept(result);

        await().atMost(LIMIT)
                .until(() -> WholeCheckpoints.requireNoneTorn(storage).size() == 2);
        assertThat(acknowledged).isEmpty();
        publisher.fail(attempt -> attempt == 0 ? Failure.REPLY_LOST : Failure.NONE);
        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
        assertThat(publisher.published()).hasSize(2);
        assertThat(publisher.published().get(0).id())
                .isEqualTo(publisher.published().get(1).id());
    }

    @Test
    void whatNobodyForesawIsRefusedInTheEndSoThatTheRunGoesOn() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        storage.fail((index, operation) -> {
            throw new IllegalStateException("a bug");
        });

        accept(result);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
        assertThat(publisher.bodies(CheckpointRejected.class))
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.failure().code()).isEqualTo(FailureCode.INTERNAL));
    }

    @Test
    void anErrorUnderACommitDoesNotEndTheLane() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        AtomicInteger errors = new AtomicInteger();
        storage.fail((index, operation) -> {
            if (errors.getAndIncrement() == 0) {
                throw new OutOfMemoryError("for a moment");
            }
            return Fault.NONE;
        });

        accept(result);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
        assertThat(publisher.bodies(CheckpointCommitted.class)).hasSize(1);
    }

    @Test
    void anErrorWhileTheMeshIsToldDoesNotEndTheLane() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        publisher.fail(attempt -> {
            if (attempt == 0) {
                throw new StackOverflowError("once");
            }
            return Failure.NONE;
        });

        accept(result);

        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
        await().atMost(LIMIT).until(() -> queue.runsAtWork() == 0);
        assertThat(publisher.bodies(CheckpointCommitted.class)).hasSize(1);
    }

    @Test
    void closingLeavesUnfinishedResultsUnacknowledged() {
        Result result = Segments.next("run", 0, root).stageIn(storage);
        storage.fail(FaultPlan.always("get", Fault.SERVER_ERROR));
        accept(result);
        await().atMost(LIMIT).until(() -> storage.operations().size() > 2);

        queue.close();

        assertThat(acknowledged).isEmpty();
        assertThat(publisher.published()).isEmpty();
        storage.fail(FaultPlan.NONE);
        queue = queue(Duration.ofSeconds(60));
        accept(result);
        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);
    }

    @Test
    void aQueueWithoutWorkHoldsNothing() {
        accept(Segments.next("run", 0, root).stageIn(storage));
        await().atMost(LIMIT).until(() -> acknowledged.size() == 1);

        await().atMost(LIMIT).until(() -> queue.runsAtWork() == 0);
    }

    @Test
    void anObserverThatFailsStopsNothing() {
        queue.close();
        queue = new CommitQueue(
                commit(),
                publisher,
                (result, outcome, begun, ended) -> {
                    throw new IllegalStateException("no trace");
                },
                policy(Duration.ofSeconds(60)),
                Clock.systemUTC());
        Result first = Segments.next("run", 0, root).stageIn(storage);

        accept(first);
        accept(Segments.next("run", 1, first.manifest()).stageIn(storage));

        await().atMost(LIMIT).until(() -> acknowledged.size() == 2);
    }

    private void accept(Result result) {
        queue.accept(
                result.envelope(),
                () -> acknowledged.add(
                        result.claim().runId() + "-" + result.claim().segmentIndex()));
    }

    private CommitQueue queue(Duration basePatience) {
        return new CommitQueue(
                commit(),
                publisher,
                (result, outcome, begun, ended) -> observed.add(outcome),
                policy(basePatience),
                Clock.systemUTC());
    }

    private SegmentCommit commit() {
        return new SegmentCommit(new BlobStore(storage, Duration.ofHours(1)), new ManifestStore(storage));
    }

    private static CommitPolicy policy(Duration basePatience) {
        return new CommitPolicy(2, Duration.ofMillis(1), Duration.ofMillis(5), basePatience, 3);
    }
}
