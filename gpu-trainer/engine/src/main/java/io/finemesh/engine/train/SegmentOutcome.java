package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.plan.schedule.SegmentWindow;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;

/**
 * What a segment leaves behind. Copies: training may go on while they are written. They are freed by closing, from any thread.
 *
 * @param window that was asked for
 * @param nextStep first step not done: the window's end, or earlier if a stop was requested
 * @param changed tensors of the trained parameter groups, ready for one weights file per group; all others are as before the segment
 * @param state with which another process continues at {@code nextStep}
 * @param steps reports in order
 * @param memory of the copies
 */
public record SegmentOutcome(
        SegmentWindow window,
        long nextStep,
        Map<ParameterGroup, List<TensorData>> changed,
        TrainingState state,
        List<StepReport> steps,
        Arena memory)
        implements AutoCloseable {

    public SegmentOutcome {
        changed = Map.copyOf(changed);
        steps = List.copyOf(steps);
    }

    /** Whether the whole window was done. */
    public boolean complete() {
        return nextStep == window.endStep();
    }

    /** Frees the tensors of {@code changed} and {@code state}. */
    @Override
    public void close() {
        memory.close();
    }
}
