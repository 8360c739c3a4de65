package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ModelConfiguration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * The peak memory of layer-wise training: forward keeps layer inputs, or whole layers while they are small; backward takes one layer after the other; logits
 * exist in chunks over labelled tokens.
 *
 * <p>Components, with T all parameters, B those trained at once, b bytes of a stored weight: weights bT; master 4B unless b = 4; gradients 4B;
 * moments 8B. For Llama-3-8B in bf16 with layer blocks that is 16.06 + 0.87 + 0.87 + 1.74 GB: the figures of the BAdam paper (arXiv 2404.02827,
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

    /** Rows shorter than this are not proposed: a tenth of a page of text would be cut. */
    private static final int LEAST_TOKENS_PER_ROW = 64;

    public MemoryPlan {
        Objects.requireNonNull(model, "model is null");
        Objects.requireNonNull(method, "method is null");
        Objects.requireNonNull(weights, "weights is null");
        Objects.requireNonNull(batch, "batch is null");
    }

    /** The estimate of these settings. */
    public static MemoryEstimate estimate(
            ModelConfiguration model, MethodShape method, FloatFormat weights, BatchShape batch) {
        return new MemoryPlan(model, method, weights, batch).estimate();
    }

    /** The estimate of this plan. */
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
        List<MemoryAlternative> wouldFit = new ArrayList<>();
        long least = Long.MAX_VALUE;
        for (MethodShape candidate : methodsFromAskedToFrugal()) {
            for (FloatFormat format : formatsFromAskedToFrugal()) {
                MemoryPlan plan = new MemoryPlan(model, candidate, format, batch);
                int tokens = plan.mostTokensPerRow(sizes, budgetBytes);
                MemoryPlan shortened = plan.withTokensPerRow(Math.max(tokens, plan.fewestTokensPerRow()));
                long total = shortened.estimate(sizes).totalBytes();
                least = Math.min(
                        least,
                        plan.withTokensPerRow(plan.fewestTokensPerRow())
                                .estimate(sizes)
                                .totalBytes());
                if (tokens > 0) {
                    wouldFit.add(new MemoryAlternative(candidate, format, tokens, total));
                }
            }
        }
        return new MemoryVerdict.TooLarge(needed, budgetBytes, wouldFit, least);
    }

    /** Heading and components for people. */
    public String table() {
        return method.describe() + ", " + weights.name().toLowerCase(Locale.ROOT) + " weights, "
                + batch.tokensPerRow() + " tokens per row" + System.lineSeparator()
                + estimate().table();
    }

    private MemoryEstimate estimate(ModelSizes sizes) {
        return new PeakMoments(sizes, method, weights, batch).highest();
    }

    /** Most tokens per row, up to those asked for, with which this plan fits; 0 where even the fewest do not. */
    private int mostTokensPerRow(ModelSizes sizes, long budgetBytes) {
        int fewest = fewestTokensPerRow();
        if (withTokensPerRow(fewest).estimate(sizes).totalBytes() > budgetBytes) {
            return 0;
        }
        int fitting = fewest;
        int above = batch.tokensPerRow() + 1;
        while (above - fitting > 1) {
            int middle = (fitting + above) >>> 1;
            if (withTokensPerRow(middle).estimate(sizes).totalBytes() <= budgetBytes) {
                fitting = middle;
            } else {
                above = middle;
            }
        }
        return fitting;
    }

    private int fewestTokensPerRow() {
        return Math.min(batch.tokensPerRow(), LEAST_TOKENS_PER_ROW);
    }

    private MemoryPlan withTokensPerRow(int tokens) {
        return new MemoryPlan(model, method, weights, batch.withTokensPerRow(tokens));
    }

    /** What was asked for, then what trains less at once; never what trains more, as that cannot need less. */
    private Set<MethodShape> methodsFromAskedToFrugal() {
        Set<MethodShape> methods = new LinkedHashSet<>();
        methods.add(method);
        if (method instanceof MethodShape.BAdam badam) {
            methods.add(new MethodShape.BAdam(false, badam.includeHead()));
        }
        methods.add(new MethodShape.BAdam(false, false));
        return methods;
    }

    private Set<FloatFormat> formatsFromAskedToFrugal() {
        Set<FloatFormat> formats = new LinkedHashSet<>();
        formats.add(weights);
        formats.add(FloatFormat.BF16);
        return formats;
    }
}
