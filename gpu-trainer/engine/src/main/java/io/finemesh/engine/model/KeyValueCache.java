package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.function.IntUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotated keys, and values, of every layer and sequence. Owns native memory until closed.
 *
 * <p>Shapes: B sequences, K key-value heads, N capacity in tokens, D head dimension.
 */
final class KeyValueCache implements AutoCloseable {
    private final int keyValueHeads;
    private final int headDimension;
    private final int capacity;
    private final Tensor[] keys; // per layer [B * K, N, D]
    private final Tensor[] values; // per layer [B * K, N, D]

    KeyValueCache(ModelConfiguration configuration, int sequences, int capacity) {
        this.keyValueHeads = configuration.keyValueHeads();
        this.headDimension = configuration.headDimension();
        this.capacity = capacity;
        this.keys = new Tensor[configuration.layerCount()];
        this.values = new Tensor[configuration.layerCount()];
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer] = zeros(sequences);
            values[layer] = zeros(sequences);
        }
    }

    private Tensor zeros(int sequences) {
        Tensor tensor = TensorScope.own(
                TensorBytes.empty(ScalarType.Float, (long) sequences * keyValueHeads, capacity, headDimension));
        try (TensorScope _ = TensorScope.open("cache")) {
            // Not only for tidiness: what lies beyond a sequence's end gets weight 0, and 0 times garbage may be not a
            // number.
            tensor.zero_();
        }
        return tensor;
    }

    /** [B * K, N, D]. */
    Tensor keys(int layer) {
        return keys[layer];
    }

    /** [B * K, N, D]. */
    Tensor values(int layer) {
        return values[layer];
    }

    /** Rows, among B * K * N, of one position in each sequence: sequence by sequence, key-value head by head. */
    int[] rows(int sequences, IntUnaryOperator positionOfSequence) {
        int[] rows = new int[sequences * keyValueHeads];
        for (int b = 0; b < sequences; b++) {
            for (int k = 0; k < keyValueHeads; k++) {
                rows[b * keyValueHeads + k] = row(b, k, positionOfSequence.applyAsInt(b));
            }
        }
        return rows;
    }

    /** Row of one position of one key-value head of one sequence. */
    int row(int sequence, int keyValueHead, int position) {
        return (sequence * keyValueHeads + keyValueHead) * capacity + position;
    }

    /**
     * Writes keys and values.
     *
     * @param rows [tokens * K] as {@link #rows} names them
     * @param newKeys [tokens, K, D]
     * @param newValues [tokens, K, D]
     */
    void put(int layer, Tensor rows, Tensor newKeys, Tensor newValues) {
        keys[layer].view(-1, headDimension).index_copy_(0, rows, wide(newKeys));
        values[layer].view(-1, headDimension).index_copy_(0, rows, wide(newValues));
    }

    private Tensor wide(Tensor heads) {
        return heads.reshape(-1, headDimension).to(ScalarType.Float);
    }

    /** Keeps some sequences, in the order given. */
    void retain(int[] sequences) {
        try (TensorScope _ = TensorScope.open("retained sequences")) {
            int[] rows = new int[sequences.length * keyValueHeads];
            for (int b = 0; b < sequences.length; b++) {
                for (int k = 0; k < keyValueHeads; k++) {
                    rows[b * keyValueHeads + k] = sequences[b] * keyValueHeads + k;
                }
            }
            Tensor kept = TensorBytes.indices(rows);
            for (int layer = 0; layer < keys.length; layer++) {
                keys[layer] = replaced(keys[layer], kept);
                values[layer] = replaced(values[layer], kept);
            }
        }
    }

    private static Tensor replaced(Tensor old, Tensor kept) {
        Tensor selected = TensorScope.own(old.index_select(0, kept));
        old.close();
        return selected;
    }

    @Override
    public void close() {
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer].close();
            values[layer].close();
        }
    }
}
