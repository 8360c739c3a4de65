package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.Problem;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * The peak memory of layer-wise training: forward keeps layer inputs, or whole layers while they are small; backward takes one layer after the other; logits
 * exist in chunks over labelled tokens.
 *
 * <p>Components, with T all parameters, B those trained at once, b bytes of a stored weight: weights bT; master 4B unless b = 4; gradients 4B;
 * moments 8B, or 2.03B as bytes; projected to rank r, gradients 4r and moments as many times r as the longer side of each matrix, and a basis of r
 * times the shorter. For Llama-3-8B in bf16 with layer blocks that is 16.06 + 0.87 + 0.87 + 1.74 GB: the figures of the BAdam paper (arXiv 2404.02827,
 * table 2: 16.1 parameters, 0.9 gradients, 2.6 master and moments). The rest is what exists besides at the worst moment: a chunk of the loss,
 * the backward pass of a layer, or the end of a segment.
 *
 * @param model the model's configuration
 * @param method what is trained at once
 * @param weights format in which weights are stored
 * @param batch what is computed at once
 */
public record MemoryPlan(ModelConfiguration model, MethodShape method, FloatFormat weights, BatchShape batch) {
    /** Code, Java heap, native libraries, tokenizer, thread arenas: a trainer process that holds no model, as measured after some steps. */
    public static final long PROCESS_BYTES = 500_000_000L;

    public MemoryPlan {
        Objects.requireNonNull(model, "model is null");
        Objects.requireNonNull(method, "method is null");
        Objects.requireNonNull(weights, "weights is null");
        Objects.requireNonNull(batch, "batch is null");
    }

    /**
     * The estimate of these settings.
     *
     * @throws ArithmeticException when it is more bytes than 2^63
     */
    public static MemoryEstimate estimate(
            ModelConfiguration model, MethodShape method, FloatFormat weights, BatchShape batch) {
        return new MemoryPlan(model, method, weights, batch).estimate();
    }

    /**
     * The estimate of this plan.
     *
     * @throws ArithmeticException when it is more bytes than 2^63
     */
    public MemoryEstimate estimate() {
        return estimate(ModelSizes.of(model));
    }

    /**
     * Whether the plan fits, and what would where it does not.
     *
     * @param budgetBytes memory that the trainer process may use
     */
    public MemoryVerdict fits(long budgetBytes) {
        if (budgetBytes <= 0) {
            throw new IllegalArgumentException("a memory budget is a positive number of bytes, got " + budgetBytes);
        }
        ModelSizes sizes = ModelSizes.of(model);
        long needed = estimate(sizes).totalBytes();
        if (needed <= budgetBytes) {
            return new MemoryVerdict.Fits(needed, budgetBytes);
        }
        return new MemoryAlternatives(this, sizes, budgetBytes).find(needed);
    }

    /** Everything wrong with the method for this model; empty where it can be planned. */
    public List<Problem> problems() {
        return MethodProblems.of(ModelStructure.of(model), method);
    }

    /** Heading and components for people. */
    public String table() {
        return method.describe() + ", " + weights.name().toLowerCase(Locale.ROOT) + " weights, "
                + batch.tokensPerRow() + " tokens per row" + System.lineSeparator()
                + estimate().table();
    }

    private MemoryEstimate estimate(ModelSizes sizes) {
        return highest(sizes, TrainedCost.of(sizes.structure(), method, weights), weights, batch);
    }

    /** The estimate of whichever costs need most. */
    static MemoryEstimate highest(ModelSizes sizes, Set<TrainedCost> costs, FloatFormat weights, BatchShape batch) {
        return costs.stream()
                .map(trained -> new PeakMoments(sizes, trained, weights, batch).highest())
                .max(Comparator.comparingLong(MemoryEstimate::totalBytes))
                .orElseThrow();
    }
}
