package io.finemesh.store.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.store.storage.DecisivePut.Outcome;
import io.finemesh.store.storage.MemoryStorage.Fault;
import io.finemesh.store.storage.MemoryStorage.FaultPlan;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecisivePutTest {
    private static final byte[] OURS = "ours".getBytes(UTF_8);

    private final MemoryStorage storage = new MemoryStorage();
    private final DecisivePut puts = new DecisivePut(storage);

    @ParameterizedTest(name = "under the key {0}, write {1}, read back {2}: {3}")
    @CsvSource({
        ",     NONE,         NONE,         PRESENT",
        "ours,  NONE,         NONE,         PRESENT",
        "other, NONE,         NONE,         DIFFERENT",
        "ourz,  NONE,         NONE,         DIFFERENT",
        ",     REPLY_LOST,   NONE,         PRESENT",
        "ours,  REPLY_LOST,   NONE,         PRESENT",
        "other, REPLY_LOST,   NONE,         DIFFERENT",
        "ours,  SERVER_ERROR, NONE,         PRESENT",
        "other, SERVER_ERROR, NONE,         DIFFERENT",
        ",     SERVER_ERROR, NONE,         unknown",
        ",     REPLY_LOST,   SERVER_ERROR, unknown",
        ",     REPLY_LOST,   BODY_CUT,     unknown",
        "ours,  NONE,         SERVER_ERROR, unknown",
        ",     FULL,         NONE,         full",
    })
    void knowsWhatIsUnderTheKeyOrSaysThatItDoesNot(String before, Fault write, Fault readBack, String expected) {
        Optional.ofNullable(before).ifPresent(text -> storage.place("k", text.getBytes(UTF_8)));
        storage.fail((index, operation) -> operation.startsWith("put") ? write : readBack);

        switch (expected) {
            case "unknown" ->
                assertThatThrownBy(() -> puts.put("k", ObjectContent.of(OURS)))
                        .isInstanceOf(StorageUnavailableException.class);
            case "full" ->
                assertThatThrownBy(() -> puts.put("k", ObjectContent.of(OURS)))
                        .isInstanceOf(StorageFullException.class);
            default -> assertThat(puts.put("k", ObjectContent.of(OURS))).isEqualTo(Outcome.valueOf(expected));
        }

        if (before != null) {
            assertThat(storage.objects().get("k")).isEqualTo(before.getBytes(UTF_8));
        }
    }

    @Test
    void doesNotReadBackWhatWasPlainlyCreated() {
        storage.fail(FaultPlan.NONE);

        puts.put("k", ObjectContent.of(OURS));

        assertThat(storage.operations()).containsExactly("put k");
    }
}
