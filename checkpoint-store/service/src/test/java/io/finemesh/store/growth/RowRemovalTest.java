package io.finemesh.store.growth;

import static io.finemesh.store.growth.GrowingStore.alpaca;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.store.growth.DatasetAppend.Appended;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.MemoryStorage.ProcessDeath;
import io.finemesh.store.storage.StorageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowRemovalTest {
    @TempDir
    private Path directory;

    private final MemoryStorage storage = new MemoryStorage();

    @Test
    void theNextVersionDoesWithoutTheRowAndOlderOnesKeepIt() throws IOException {
        GrowingStore store = filled(storage);
        RowDescriptor bad = store.lookup.describe("d", "1.2");

        Appended removed = store.removals.run("d", bad.row().substring(0, 8), "it is wrong");

        assertThat(removed.receipt().dataset().version().value()).isEqualTo("d@3");
        assertThat(removed.receipt().dataset().samples()).isEqualTo(3);
        assertThat(store.training("d@3")).hasSize(3).noneMatch(row -> row.contains("\"bad\""));
        assertThat(store.training("d@2")).hasSize(4).anyMatch(row -> row.contains("\"bad\""));
        assertThat(store.newest("d").growth().orElseThrow().slice().removed()).containsExactly(bad.row());
        RowDescriptor after = store.lookup.describe("d", bad.row());
        assertThat(after.removedIn()).isEqualTo(OptionalInt.of(3));
        assertThat(after.text()).isEmpty();
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        store.quarantine.write("d", kept);
        assertThat(kept.toString(UTF_8))
                .contains("\"slice\":3")
                .contains("removed_by_request")
                .contains("it is wrong")
                .contains("bad");
    }

    @Test
    void aRowThatWasTakenAwayDoesNotComeBack() {
        GrowingStore store = filled(storage);
        store.removals.run("d", "1.2", "it is wrong");

        AppendReceipt again = new GrowingStore(storage, directory).append("d", alpaca("bad", "1"));

        assertThat(again.grew()).isFalse();
        assertThat(again.duplicates()).isEqualTo(1);
    }

    @Test
    void askingTwiceChangesNothing() {
        GrowingStore store = filled(storage);
        Appended once = store.removals.run("d", "1.2", "it is wrong");

        Appended twice = store.removals.run("d", "1.2", "it is still wrong");

        assertThat(twice.receipt().grew()).isFalse();
        assertThat(twice.receipt().dataset()).isEqualTo(once.receipt().dataset());
    }

    @Test
    void aHeldOutRowLeavesTheHeldOutPart() {
        GrowingStore store = new GrowingStore(storage, directory);
        store.append("d", OptionalDouble.of(0.9), rows(20));
        String heldOut =
                RowId.of((store.heldOut("d").getFirst() + "\n").getBytes(UTF_8)).toString();
        long before = store.newest("d").growth().orElseThrow().heldOutSamples();

        store.removals.run("d", heldOut, "it is wrong");

        assertThat(store.lookup.describe("d", heldOut).part()).isEqualTo("held-out");
        assertThat(store.newest("d").growth().orElseThrow().heldOutSamples()).isEqualTo(before - 1);
        assertThat(store.heldOut("d")).hasSize((int) before - 1);
        assertThat(store.training("d")).isEqualTo(store.training("d@1"));
    }

    /** What impact counts on: the place of a row is the place of its line among all lines that a version trains on. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theDescribedPlaceIsTheOneInWhatEveryVersionTrainsOn(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        GrowingStore store = new GrowingStore(storage, directory);
        Set<String> everything = new LinkedHashSet<>();
        for (int round = 0; round < 6; round++) {
            StringBuilder rows = new StringBuilder();
            for (int row = 0; row < 1 + random.nextInt(12); row++) {
                rows.append(alpaca("q" + round + "." + row, "a")).append('\n');
            }
            store.append("d", OptionalDouble.of(0.3), rows.append("no json\n").toString());
            everything.addAll(store.training("d"));
            if (random.nextBoolean() && !everything.isEmpty()) {
                List<String> all = List.copyOf(everything);
                store.removals.run("d", id(all.get(random.nextInt(all.size()))), "a test");
            }
        }
        int newest = store.growing.slices("d").size();
        for (String line : everything) {
            RowDescriptor row = store.lookup.describe("d", id(line));
            for (int version = row.slice(); version < row.removedIn().orElse(newest + 1); version++) {
                assertThat(row.place().orElseThrow().in(version))
                        .as("seed %d, %s in d@%d", seed, line, version)
                        .isEqualTo(store.training("d@" + version).indexOf(line));
            }
        }
        for (String line : store.heldOut("d")) {
            assertThat(store.lookup.describe("d", id(line)).place()).isEmpty();
        }
    }

    private static String id(String line) {
        return RowId.of((line + "\n").getBytes(UTF_8)).toString();
    }

    private static String rows(int count) {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < count; row++) {
            rows.append(alpaca("q" + row, "a")).append('\n');
        }
        return rows.toString();
    }

    @Test
    void aDeathAtAnyMomentLeavesTheRowThereOrGone() {
        MemoryStorage calm = new MemoryStorage();
        GrowingStore measured = filled(calm);
        int before = calm.operations().size();
        measured.removals.run("d", "1.2", "it is wrong");
        int operations = calm.operations().size() - before;
        for (Fault fault : new Fault[] {Fault.DEATH_BEFORE, Fault.DEATH_AFTER, Fault.REPLY_LOST, Fault.SERVER_ERROR}) {
            for (int at = 0; at < operations; at++) {
                MemoryStorage damaged = new MemoryStorage();
                filled(damaged);
                damaged.fail(FaultPlan.once(at, fault));
                try {
                    new GrowingStore(damaged, directory).removals.run("d", "1.2", "it is wrong");
                } catch (ProcessDeath | StorageException askedAgain) {
                    // Whoever asked heard nothing, and asks again.
                }
                damaged.fail(FaultPlan.NONE);
                GrowingStore store = new GrowingStore(damaged, directory);
                store.removals.run("d", "1.2", "it is wrong");
                assertThat(store.training("d")).as("%s at %d", fault, at).hasSize(3);
                assertThat(store.growing.slices("d")).hasSize(3);
            }
        }
    }

    @Test
    void aNameThatFitsNoRowOrSeveralIsRefused() {
        GrowingStore store = filled(storage);

        refused(() -> store.removals.run("d", "9.1", "x"), Kind.UNKNOWN);
        refused(() -> store.removals.run("d", "deadbeef", "x"), Kind.UNKNOWN);
        refused(() -> store.lookup.describe("d", "1"), Kind.MALFORMED);
        refused(() -> store.lookup.describe("d", "../../etc"), Kind.MALFORMED);
        refused(() -> store.lookup.describe("none", "1.1"), Kind.UNKNOWN);
        refused(() -> store.removals.run("d", "2.2", "it was never taken"), Kind.CONFLICT);
        assertThat(store.lookup.describe("d", "2.2").part()).isEqualTo("quarantined");
        assertThat(store.lookup.describe("d", "2.1").text())
                .isEqualTo(
                        Optional.of(
                                "{\"messages\":[{\"role\":\"user\",\"content\":\"d\"},{\"role\":\"assistant\",\"content\":\"3\"}]}"));
    }

    private static void refused(Runnable request, Kind kind) {
        assertThatThrownBy(request::run)
                .isInstanceOfSatisfying(RefusalException.class, refusal -> assertThat(refusal.kind())
                        .isEqualTo(kind));
    }

    private GrowingStore filled(MemoryStorage used) {
        GrowingStore store = new GrowingStore(used, directory);
        store.append("d", OptionalDouble.of(0), alpaca("a", "1") + "\n" + alpaca("bad", "1") + "\n" + alpaca("c", "2"));
        store.append("d", alpaca("d", "3") + "\nnot json");
        return store;
    }
}
