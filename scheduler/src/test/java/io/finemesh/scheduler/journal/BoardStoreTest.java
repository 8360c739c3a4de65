package io.finemesh.scheduler.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every entry's way there and back is part of placement's own tests; here is what must not be read. */
class BoardStoreTest {
    private final BoardStore.Reading reading = new BoardStore().reading();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{\"version\":7,\"is\":{\"epoch\":1,\"at\":\"2026-01-01T00:00:00Z\"}}",
                "{\"version\":1,\"is\":{\"epoch\":\"x\",\"at\":\"2026-01-01T00:00:00Z\"}}",
                "{\"version\":1,\"is\":{\"epoch\":1,\"at\":\"2026-01-01T00:00:00Z\",\"more\":1}}"
            })
    void refusesWhatNoBoardWouldHaveWritten(String text) {
        assertThatExceptionOfType(UnreadableStateException.class)
                .isThrownBy(() -> reading.entry("closed/r-1", text.getBytes(UTF_8)))
                .withMessageContaining("closed/r-1");
    }

    @Test
    void refusesAKeyOfAnotherKind() {
        assertThatExceptionOfType(UnreadableStateException.class)
                .isThrownBy(() -> reading.entry("surprise/x", new byte[0]))
                .withMessageContaining("allowed: trainer/, lease/, waiting/, closed/ or departed/");
    }
}
