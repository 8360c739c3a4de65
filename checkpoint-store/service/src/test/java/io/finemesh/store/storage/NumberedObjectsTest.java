package io.finemesh.store.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import io.finemesh.store.storage.NumberedObjects.Numbered;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NumberedObjectsTest {
    private final MemoryStorage storage = new MemoryStorage();
    private final NumberedObjects objects = new NumberedObjects(storage);

    @Test
    void numbersStatesFromOneAndKeepsTheHistory() {
        assertThat(append("a").key().number()).isEqualTo(1);
        assertThat(append("b").key().number()).isEqualTo(2);
        assertThat(append("a").key().number()).isEqualTo(3);

        assertThat(storage.objects()).hasSize(3);
        assertThat(objects.newest("models/m/")).map(NumberedObjectsTest::text).contains("a");
    }

    @Test
    void sayingTheNewestStateAgainChangesNothing() {
        append("a");

        assertThat(append("a").key().number()).isEqualTo(1);

        assertThat(storage.objects()).hasSize(1);
    }

    /** A storage server that is killed while it takes an object may leave a file beside the key. */
    @Test
    void leftoversOfKilledUploadsAreNotStates() {
        append("a");
        storage.place("models/m/00000002.json-0f8b1c9e-4d3a-4c59-9a53-0d6f1e2c7b11", "half".getBytes(UTF_8));
        storage.place("models/m/00000003.json.tmp", "half".getBytes(UTF_8));

        assertThat(objects.keys("models/")).extracting(key -> key.number()).containsExactly(1);
        assertThat(append("b").key().number()).isEqualTo(2);
    }

    @Test
    void aLostReplyIsOneState() {
        storage.fail(FaultPlan.first("put", Fault.REPLY_LOST));

        assertThat(append("a").key().number()).isEqualTo(1);

        assertThat(storage.objects()).hasSize(1);
    }

    @Test
    void aNumberTakenByAnotherWriterIsNotReplaced() {
        storage.fail((index, operation) -> {
            // The other writer comes between our look and our write.
            if (operation.startsWith("put") && operation.endsWith("00000001.json")) {
                storage.place("models/m/00000001.json", "theirs".getBytes(UTF_8));
            }
            return Fault.NONE;
        });

        assertThat(append("ours").key().number()).isEqualTo(2);

        assertThat(storage.objects().get("models/m/00000001.json")).isEqualTo("theirs".getBytes(UTF_8));
        assertThat(storage.objects().get("models/m/00000002.json")).isEqualTo("ours".getBytes(UTF_8));
    }

    @Test
    void racingWritersMakeOneLineWithoutGapOrLoss() throws Exception {
        int writers = 4;
        int each = 25;
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            List<Future<?>> running = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int id = writer;
                running.add(threads.submit(() -> IntStream.range(0, each).forEach(i -> {
                    // Fifty lost races in a row are possible here in principle; a writer simply goes on.
                    while (true) {
                        try {
                            append("w" + id + "-" + i);
                            return;
                        } catch (StorageUnavailableException outrun) {
                            Thread.onSpinWait();
                        }
                    }
                })));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }

        assertThat(storage.objects().keySet())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, writers * each)
                        .mapToObj("models/m/%08d.json"::formatted)
                        .toList());
        assertThat(storage.objects().values().stream().map(bytes -> new String(bytes, UTF_8)))
                .doesNotHaveDuplicates();
    }

    @Test
    void listsTheNewestOfEachName() {
        append("a");
        append("b");
        storage.place("models/other/00000007.json", "x".getBytes(UTF_8));
        storage.place("models/other/notes.txt", "not a state".getBytes(UTF_8));

        assertThat(objects.newestOfEach(StorageLayout.MODELS))
                .extracting(StorageLayout.NumberedKey::name, StorageLayout.NumberedKey::number)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("m", 2), org.assertj.core.groups.Tuple.tuple("other", 7));
    }

    @Test
    void aFullStorageIsSaidAndWritesNothing() {
        storage.fail(FaultPlan.first("put", Fault.FULL));

        assertThatThrownBy(() -> append("a")).isInstanceOf(StorageFullException.class);

        assertThat(storage.objects()).isEmpty();
    }

    private Numbered append(String text) {
        return objects.append(
                "models/m/",
                number -> StorageLayout.model("m", number),
                newest -> text(newest).equals(text),
                number -> text.getBytes(UTF_8));
    }

    private static String text(Numbered state) {
        return new String(state.content(), UTF_8);
    }
}
