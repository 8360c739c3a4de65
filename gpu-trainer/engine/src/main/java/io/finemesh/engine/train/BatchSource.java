package io.finemesh.engine.train;

import io.finemesh.engine.model.PackedRow;
import java.util.List;

/** The data of each step, by random access: a resumed run asks for the step it stopped at. */
@FunctionalInterface
public interface BatchSource {
    /**
     * The micro-batches of a step; the same step gives the same rows in every process.
     *
     * @param step 0-based
     */
    List<PackedRow> at(long step);
}
