package io.finemesh.engine.train;

import io.finemesh.engine.data.BatchCursor;
import io.finemesh.engine.data.CursorState;
import io.finemesh.engine.model.PackedRow;
import java.util.List;
import java.util.Optional;

/** The rows of each step, by random access: a resumed run asks for the step it stopped at. */
public interface BatchSource {
    /** The micro-batches of a 0-based step; the same step gives the same rows in every process. */
    List<PackedRow> rows(long step);

    /** What to save with the state, so that a resumed run can be sure of its data. */
    default Optional<CursorState> stateAt(long nextStep) {
        return Optional.empty();
    }

    /** Refuses a state that was saved with other data. */
    default void resume(TrainingState state) {}

    /** The rows of a cursor. */
    static BatchSource of(BatchCursor cursor) {
        return new BatchSource() {
            @Override
            public List<PackedRow> rows(long step) {
                return cursor.rows(step);
            }

            @Override
            public Optional<CursorState> stateAt(long nextStep) {
                return Optional.of(cursor.stateAt(nextStep));
            }

            @Override
            public void resume(TrainingState state) {
                cursor.resume(state.data()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "the training state does not say which data it belongs to")));
            }
        };
    }
}
