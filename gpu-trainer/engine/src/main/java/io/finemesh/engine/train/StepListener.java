package io.finemesh.engine.train;

/** Hears of each optimizer step, on the training thread; what it does there is time the device stands still. */
@FunctionalInterface
public interface StepListener {
    /** A step is done. */
    void stepCompleted(StepReport report);

    /** Hears nothing. */
    static StepListener none() {
        return report -> {};
    }
}
