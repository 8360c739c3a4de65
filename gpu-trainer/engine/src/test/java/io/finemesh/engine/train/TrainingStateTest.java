package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.data.CursorState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingStateTest {
    private static final TrainingState STATE = new TrainingState(
            "badam",
            -5,
            100,
            42,
            3,
            Optional.of("layer.7"),
            9,
            Optional.of(new CursorState(42, 11, 6, 48, 40, 0xfedcba9876543210L)),
            List.of());

    @Test
    void theCursorIsCanonicalAndNamesEveryField() {
        assertThat(STATE.cursorJson())
                .isEqualTo(
                        "{\"block\":\"layer.7\",\"data\":{\"batchSize\":6,\"fingerprint\":\"fedcba9876543210\",\"samples\":40,"
                                + "\"seed\":11,\"tokensPerRow\":48},\"format\":1,\"method\":\"badam\",\"nextStep\":42,\"seed\":-5,"
                                + "\"skippedSteps\":3,\"totalSteps\":100,\"updates\":9}");
    }

    @Test
    void readsWhatItWrote() {
        assertThat(TrainingState.of(STATE.cursorJson(), List.of())).isEqualTo(STATE);
        TrainingState boundary =
                new TrainingState("adamw", 1, 10, 10, 0, Optional.empty(), 0, Optional.empty(), List.of());
        assertThat(TrainingState.of(boundary.cursorJson(), List.of())).isEqualTo(boundary);
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        assertThatThrownBy(() -> TrainingState.of("{", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the training state is unreadable");
        assertThatThrownBy(() -> TrainingState.of(STATE.cursorJson().replace("\"updates\"", "\"upgrades\""), List.of()))
                .hasMessageContaining("unknown fields [upgrades]");
        assertThatThrownBy(
                        () -> TrainingState.of(STATE.cursorJson().replace("\"format\":1", "\"format\":2"), List.of()))
                .hasMessageContaining("is of format 2; this version reads format 1");
        assertThatThrownBy(() -> TrainingState.of(
                        STATE.cursorJson().replace("\"nextStep\":42", "\"nextStep\":\"x\""), List.of()))
                .hasMessageContaining("field nextStep of a training state must be a whole number, found \"x\"");
        assertThatThrownBy(() ->
                        TrainingState.of(STATE.cursorJson().replace("\"nextStep\":42", "\"nextStep\":101"), List.of()))
                .hasMessageContaining("cannot be at step 101 of 100");
    }
}
