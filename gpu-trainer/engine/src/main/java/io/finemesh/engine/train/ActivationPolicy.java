package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.plan.memory.BatchShape;
import io.finemesh.plan.memory.FloatFormat;
import io.finemesh.plan.memory.LayerMemory;
import java.util.stream.IntStream;

/** What is kept of a layer between forward and backward pass. The results are the same, bit for bit. */
public enum ActivationPolicy {
    /** Its graph with all intermediate values: no layer is computed twice. */
    KEEP,
    /** Its input only; the layer is computed again on the way back. Memory of one layer instead of all, for a third more work. */
    RECOMPUTE;

    /** Up to this many bytes of intermediate values are kept. */
    public static final long DEFAULT_BUDGET_BYTES = BatchShape.DEFAULT_KEPT_ACTIVATION_BYTES;

    /**
     * Keeps what fits, as the memory plan says.
     *
     * @param widened whether layers are computed with 32-bit copies of their weights
     * @param budgetBytes for all layers' intermediate values
     */
    static ActivationPolicy choose(ModelStructure structure, PackedRow row, boolean widened, long budgetBytes) {
        int longest = IntStream.range(0, row.documents()).map(row::length).max().orElseThrow();
        BatchShape shape = new BatchShape(
                row.tokens().length, BatchShape.DEFAULT_LOSS_CHUNK_BYTES, budgetBytes, FloatFormat.FP32, 1, longest);
        return LayerMemory.keeps(structure, shape, widened) ? KEEP : RECOMPUTE;
    }
}
