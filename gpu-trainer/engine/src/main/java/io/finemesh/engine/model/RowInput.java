package io.finemesh.engine.model;

import io.finemesh.engine.tensor.TensorBytes;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** A packed row in native memory, owned by the scope it was made in; see {@link Decoder#prepare}. */
public final class RowInput {
    private final Tensor tokens;
    private final Tensor labelledRows;
    private final Tensor targets;
    private final AttentionContext attention;

    private RowInput(Tensor tokens, Tensor labelledRows, Tensor targets, AttentionContext attention) {
        this.tokens = tokens;
        this.labelledRows = labelledRows;
        this.targets = targets;
        this.attention = attention;
    }

    static RowInput of(PackedRow row, AttentionContext attention) {
        int[] labelled = IntStream.range(0, row.targets().length)
                .filter(t -> row.targets()[t] != PackedRow.NO_TARGET)
                .toArray();
        int[] targets = Arrays.stream(labelled).map(t -> row.targets()[t]).toArray();
        return new RowInput(
                TensorBytes.indices(row.tokens()),
                TensorBytes.indices(labelled),
                TensorBytes.indices(targets),
                attention);
    }

    /** Token ids, [T]. */
    public Tensor tokens() {
        return tokens;
    }

    /** Tokens from which one is predicted, [R]; empty for a row without labels. */
    public Tensor labelledRows() {
        return labelledRows;
    }

    /** What is to be predicted there, [R]. */
    public Tensor targets() {
        return targets;
    }

    AttentionContext attention() {
        return attention;
    }
}
