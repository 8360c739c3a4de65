package io.finemesh.engine.data;

import io.finemesh.engine.data.DatasetException.Reason;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.text.EncodedText;
import io.finemesh.plan.shuffle.SampleOrder;
import io.finemesh.plan.shuffle.SeededPermutation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The samples of any optimizer step, by random access: nothing is replayed, nothing but the step's number has to be saved.
 *
 * <p>Which samples those are is said by a {@link SampleOrder}. Each batch has exactly as many: one at the end of an epoch is filled up from the next.
 *
 * <p>The order of the last epoch asked for is kept, which makes reading in order cheap. Used by one thread.
 */
public final class BatchCursor {
    private final List<EncodedText> samples;
    private final BatchPlan plan;
    private final SampleOrder order;
    private final long fingerprint;
    private long orderedEpoch = -1;
    private SeededPermutation ordered;

    /**
     * A cursor over samples.
     *
     * @throws DatasetException if there is no sample, or one is longer than a row
     */
    public BatchCursor(List<EncodedText> samples, BatchPlan plan) {
        this.samples = List.copyOf(samples);
        this.plan = Objects.requireNonNull(plan, "plan is null");
        if (samples.isEmpty()) {
            throw new DatasetException(Reason.NO_SAMPLES, "there is no sample to train on");
        }
        for (int i = 0; i < samples.size(); i++) {
            if (samples.get(i).length() > plan.tokensPerRow()) {
                throw new DatasetException(
                        Reason.SAMPLE_EXCEEDS_ROW,
                        "sample " + i + " has " + samples.get(i).length() + " tokens, a row takes at most "
                                + plan.tokensPerRow() + "; lower the cut-off or raise the tokens per row");
            }
        }
        this.order = new SampleOrder(plan.seed(), plan.batchSize(), samples.size());
        this.fingerprint = fingerprint(this.samples);
    }

    /** The batch of a 0-based step; {@link PackedBatch#samples} refer to {@link #samplesOf} of the step. */
    public PackedBatch batch(long step) {
        return PackedBatch.of(samplesOf(step).stream().map(samples::get).toList(), plan.tokensPerRow());
    }

    /** The rows of a 0-based step, each a micro-batch. */
    public List<PackedRow> rows(long step) {
        return batch(step).rows();
    }

    /** Indices of the samples of a 0-based step, in the order of the stream. */
    public List<Integer> samplesOf(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("steps are counted from 0, got " + step);
        }
        long first = Math.multiplyExact(step, plan.batchSize());
        List<Integer> chosen = new ArrayList<>(plan.batchSize());
        for (int i = 0; i < plan.batchSize(); i++) {
            chosen.add(sampleAt(first + i));
        }
        return chosen;
    }

    /** The epoch in which a 0-based step begins, from 0. */
    public long epochOf(long step) {
        return order.epochOf(step);
    }

    /** Number of samples. */
    public int size() {
        return samples.size();
    }

    /** What to save so that a run can go on at this step. */
    public CursorState stateAt(long nextStep) {
        return new CursorState(
                nextStep, plan.seed(), plan.batchSize(), plan.tokensPerRow(), samples.size(), fingerprint);
    }

    /**
     * Checks that a saved state means this cursor's data and order.
     *
     * @return the step to go on with
     * @throws DatasetException naming everything that differs
     */
    public long resume(CursorState saved) {
        CursorState own = stateAt(saved.nextStep());
        List<String> differences = new ArrayList<>();
        compare("seed", saved.seed(), own.seed(), differences);
        compare("batch size", saved.batchSize(), own.batchSize(), differences);
        compare("tokens per row", saved.tokensPerRow(), own.tokensPerRow(), differences);
        compare("number of samples", saved.samples(), own.samples(), differences);
        if (saved.fingerprint() != own.fingerprint()) {
            differences.add("the samples' tokens or labels (another dataset, tokenizer, template or cut-off)");
        }
        if (!differences.isEmpty()) {
            throw new DatasetException(
                    Reason.CURSOR_MISMATCH,
                    "the run cannot go on at step " + saved.nextStep()
                            + " as if nothing had happened; different from when it was saved: "
                            + String.join(", ", differences));
        }
        return saved.nextStep();
    }

    private static void compare(String name, long saved, long own, List<String> differences) {
        if (saved != own) {
            differences.add(name + " (was " + saved + ", is " + own + ")");
        }
    }

    private int sampleAt(long position) {
        long epoch = position / samples.size();
        if (epoch != orderedEpoch) {
            ordered = order.epoch(epoch);
            orderedEpoch = epoch;
        }
        return ordered.at((int) (position % samples.size()));
    }

    /** FNV-1a (Fowler, Noll, Vo), 64 bits, over lengths, tokens and labels: tells data apart by accident, not against intent. */
    private static long fingerprint(List<EncodedText> samples) {
        long hash = 0xcbf2_9ce4_8422_2325L;
        for (EncodedText sample : samples) {
            hash = (hash ^ sample.length()) * 0x100_0000_01b3L;
            for (int t = 0; t < sample.length(); t++) {
                long value = ((long) sample.tokens()[t] << 1) | (sample.labelled()[t] ? 1 : 0);
                hash = (hash ^ value) * 0x100_0000_01b3L;
            }
        }
        return hash;
    }
}
