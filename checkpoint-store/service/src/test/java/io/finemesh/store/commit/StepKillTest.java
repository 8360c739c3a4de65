package io.finemesh.store.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.checkpoint.CheckpointCommitted;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.CommitOutcome.Committed;
import io.finemesh.store.commit.Segments.Result;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.MemoryStorage.ProcessDeath;
import io.finemesh.store.storage.StorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The promise that no checkpoint is ever torn, tried at every operation of a commit: the process ends before or after it, or the
 * storage fails, fills up or loses its reply. After each the storage holds the old state or the new one, and a fresh process that is
 * given the result again ends in the same single checkpoint with the same announcement.
 */
class StepKillTest {
    @TempDir
    private Path directory;

    private final MemoryStorage template = new MemoryStorage();
    private Manifest root;
    private Result result;
    private int operations;
    private CheckpointCommitted calmEvent;

    @BeforeEach
    void prepare() {
        root = Segments.root(template, directory);
        result = Segments.next("run", 0, root).stageIn(template);
        MemoryStorage calm = copy();
        calm.fail(FaultPlan.NONE);
        calmEvent = ((Committed) attempt(calm)).event();
        operations = calm.operations().size();
        assertThat(operations).as("operations of a commit").isGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void oneFaultAtAnyOperationLeavesTheOldStateOrTheNewOne(Fault fault) {
        for (int at = 0; at < operations; at++) {
            MemoryStorage storage = copy();
            storage.fail(FaultPlan.once(at, fault));
            String what = fault + " at operation " + at;

            endures(storage);

            requireOldOrNew(storage, what);
            storage.fail(FaultPlan.NONE);
            requireCommitted(attempt(storage), storage, what);
        }
    }

    @Test
    void twoDeathsAtAnyTwoOperationsEndInOneCheckpointToo() {
        Set<Integer> seen = new HashSet<>();
        for (int first = 0; first < operations; first++) {
            for (int second = 0; second < operations; second++) {
                MemoryStorage storage = copy();
                for (int at : new int[] {first, second}) {
                    storage.fail(
                            FaultPlan.once(at, (first + second) % 2 == 0 ? Fault.DEATH_BEFORE : Fault.DEATH_AFTER));
                    endures(storage);
                }
                requireOldOrNew(storage, "deaths at " + first + " and " + second);
                storage.fail(FaultPlan.NONE);
                requireCommitted(attempt(storage), storage, "deaths at " + first + " and " + second);
                seen.add(storage.objects().size());
            }
        }
        assertThat(seen).as("whatever happened, the same objects are there").hasSize(1);
    }

    @Test
    void everyReplyOfAWriteMayBeLost() {
        MemoryStorage storage = copy();
        storage.fail((index, operation) ->
                EnumSet.of(Kind.PUT, Kind.COPY, Kind.DELETE).contains(Kind.of(operation))
                        ? Fault.REPLY_LOST
                        : Fault.NONE);
        // A copy whose reply was lost is no verdict, so it takes an attempt for each object; then the manifest, whose
        // reply is lost as well.
        for (int attempt = 0; attempt < 10; attempt++) {
            endures(storage);
            requireOldOrNew(storage, "attempt " + attempt);
        }

        storage.fail(FaultPlan.NONE);
        requireCommitted(attempt(storage), storage, "all replies lost");
    }

    private enum Kind {
        PUT,
        COPY,
        DELETE,
        READ;

        static Kind of(String operation) {
            return switch (operation.substring(0, operation.indexOf(' '))) {
                case "put" -> PUT;
                case "copy" -> COPY;
                case "delete" -> DELETE;
                default -> READ;
            };
        }
    }

    private void requireOldOrNew(MemoryStorage storage, String what) {
        assertThat(WholeCheckpoints.requireNoneTorn(storage))
                .as(what)
                .isIn(
                        Set.of(root.checkpointId()),
                        Set.of(root.checkpointId(), result.manifest().checkpointId()));
    }

    private void requireCommitted(CommitOutcome outcome, MemoryStorage storage, String what) {
        assertThat(outcome).as(what).isInstanceOf(Committed.class);
        assertThat(((Committed) outcome).event()).as(what).isEqualTo(calmEvent);
        assertThat(WholeCheckpoints.requireNoneTorn(storage))
                .as(what)
                .containsExactlyInAnyOrder(
                        root.checkpointId(), result.manifest().checkpointId());
    }

    /** One attempt of one process that may not survive it. */
    private void endures(MemoryStorage storage) {
        try {
            CommitOutcome outcome = attempt(storage);
            assertThat(outcome).as("a fault is never a verdict on the result").isInstanceOf(Committed.class);
        } catch (ProcessDeath | StorageException ended) {
            assertThat(List.of(ended)).isNotEmpty();
        }
    }

    /** By objects made for this attempt: nothing is remembered from one process to the next. */
    private CommitOutcome attempt(MemoryStorage storage) {
        return new SegmentCommit(new BlobStore(storage, Duration.ofHours(1)), new ManifestStore(storage))
                .attempt(result.claim());
    }

    private MemoryStorage copy() {
        MemoryStorage copy = new MemoryStorage();
        template.objects().forEach(copy::place);
        return copy;
    }
}
