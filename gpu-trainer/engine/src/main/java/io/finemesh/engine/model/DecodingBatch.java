package io.finemesh.engine.model;

import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Sequences that grow together by one token at a time, each token computed once. Prompts may differ in length and are computed packed, without padding.
 *
 * <p>What stops when is the caller's decision: it drops finished sequences with {@link #retain} and the others go on.
 */
public final class DecodingBatch implements AutoCloseable {
    private final Decoder decoder;
    private final int capacity;
    private final KeyValueCache cache;
    private int[] lengths;
    private Tensor logits; // [B, V] for the next token of each sequence

    /**
     * Reads the prompts.
     *
     * @param prompts at least one, each at least one token
     * @param capacity most tokens of a sequence, prompt included
     */
    public DecodingBatch(Decoder decoder, List<int[]> prompts, int capacity) {
        this.decoder = decoder;
        this.capacity = capacity;
        this.lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
        int longest =
                Arrays.stream(lengths).max().orElseThrow(() -> new IllegalArgumentException("there is no prompt"));
        if (longest > capacity) {
            throw new IllegalArgumentException(
                    "a prompt of " + longest + " tokens does not fit a capacity of " + capacity + " tokens");
        }
        PackedRow row = PackedRow.unlabelled(prompts);
        this.cache = new KeyValueCache(decoder.configuration(), lengths.length, capacity);
        try (TensorScope _ = TensorScope.open("prompts");
                NoGradGuard _ = new NoGradGuard()) {
            RowInput input = decoder.prepareCached(row, cache);
            Tensor lastTokens = TensorBytes.indices(IntStream.range(0, lengths.length)
                    .map(d -> row.documentStarts()[d + 1] - 1)
                    .toArray());
            predict(decoder.forward(input, lastTokens));
        } catch (RuntimeException e) {
            cache.close();
            throw e;
        }
    }

    /** Sequences still growing. */
    public int size() {
        return lengths.length;
    }

    /** Tokens of a sequence so far. */
    public int length(int sequence) {
        return lengths[sequence];
    }

    /** The most likely next token of each sequence; of equals the one with the lowest id. */
    public int[] greedy() {
        try (TensorScope _ = TensorScope.open("greedy")) {
            float[] best = TensorBytes.floats(
                    torch.argmax(logits, new LongOptional(1), false).to(torch.ScalarType.Float));
            int[] tokens = new int[best.length];
            for (int b = 0; b < tokens.length; b++) {
                tokens[b] = (int) best[b];
            }
            return tokens;
        }
    }

    /**
     * The most likely next token of a sequence.
     *
     * @param token its id
     * @param largest its logit; not a number if any logit is not
     * @param second the next smaller or equal logit; minus infinity in a vocabulary of one token
     */
    public record Best(int token, float largest, float second) {}

    /** The most likely next token of each sequence. */
    public Best[] best() {
        try (TensorScope _ = TensorScope.open("best")) {
            int count = (int) Math.min(2, logits.size(1));
            T_TensorTensor_T top = torch.topk(logits, count, 1, true, true);
            float[] values = TensorBytes.floats(top.get0());
            long[] tokens = TensorBytes.write(top.get1()).toArray(ValueLayout.JAVA_LONG);
            Best[] best = new Best[lengths.length];
            for (int b = 0; b < best.length; b++) {
                float second = count == 1 ? Float.NEGATIVE_INFINITY : values[b * count + 1];
                best[b] = new Best(Math.toIntExact(tokens[b * count]), values[b * count], second);
            }
            return best;
        }
    }

    /** Logits of the next token of a sequence, one per token of the vocabulary. */
    public float[] logits(int sequence) {
        try (TensorScope _ = TensorScope.open("logits")) {
            return TensorBytes.floats(logits.select(0, sequence));
        }
    }

    /**
     * Appends a token to each sequence and computes what comes after.
     *
     * @param tokens one per sequence
     */
    public void append(int[] tokens) {
        if (tokens.length != lengths.length) {
            throw new IllegalArgumentException(lengths.length + " sequences need as many tokens, got " + tokens.length);
        }
        for (int b = 0; b < lengths.length; b++) {
            if (lengths[b] == capacity) {
                throw new IllegalStateException(
                        "sequence " + b + " has reached the capacity of " + capacity + " tokens");
            }
        }
        try (TensorScope _ = TensorScope.open("token");
                NoGradGuard _ = new NoGradGuard()) {
            predict(decoder.forward(decoder.prepareStep(tokens, cache, lengths), null));
        }
        for (int b = 0; b < lengths.length; b++) {
            lengths[b]++;
        }
    }

    /** Drops all but the given sequences, which take the places 0, 1, ... in the order given. */
    public void retain(int... sequences) {
        if (sequences.length == 0) {
            throw new IllegalArgumentException("close the batch instead of retaining nothing");
        }
        cache.retain(sequences);
        lengths = Arrays.stream(sequences).map(b -> lengths[b]).toArray();
        try (TensorScope _ = TensorScope.open("retained logits")) {
            replaceLogits(logits.index_select(0, TensorBytes.indices(sequences)));
        }
    }

    private void predict(Tensor hidden) {
        Tensor normed = decoder.finalNorm(hidden, decoder.finalNormWeight());
        replaceLogits(decoder.logits(normed, decoder.headWeight()));
    }

    private void replaceLogits(Tensor next) {
        if (logits != null) {
            logits.close();
        }
        logits = TensorScope.own(next);
    }

    @Override
    public void close() {
        cache.close();
        logits.close();
    }
}
