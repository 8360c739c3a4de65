package io.finemesh.scheduler.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.scheduler.placement.PlacementBoard;
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
    void readsTrainersAsTheyWereWrittenWhenOneFormerLifeWasRemembered() {
        String heartbeat = """
                {"trainer":"t0","incarnation":"life-2","sequence":3,"condition":"IDLE","device":"cpu","blas":"mkl",
                 "memoryTotalBytes":10,"memoryBudgetBytes":10,"memoryUsedBytes":0,"heldCheckpoints":[]}""";
        reading.entry("trainer/t0", ("""
                {"version":1,"is":{"heartbeat":%s,"heardAt":"2026-01-01T00:00:00Z","former":"life-1"}}""".formatted(heartbeat)).getBytes(UTF_8));
        reading.entry("departed/t1", """
                {"version":1,"is":{"budgetBytes":10,"at":"2026-01-01T00:00:00Z"}}""".getBytes(UTF_8));

        PlacementBoard board = reading.board();

        assertThat(board.trainers().get(new TrainerId("t0")).former())
                .containsExactly(new TrainerIncarnation("life-1"));
        assertThat(board.departed().get(new TrainerId("t1")).trainer()).isEmpty();
    }

    @Test
    void refusesAKeyOfAnotherKind() {
        assertThatExceptionOfType(UnreadableStateException.class)
                .isThrownBy(() -> reading.entry("surprise/x", new byte[0]))
                .withMessageContaining("allowed: trainer/, lease/, waiting/, closed/ or departed/");
    }
}
