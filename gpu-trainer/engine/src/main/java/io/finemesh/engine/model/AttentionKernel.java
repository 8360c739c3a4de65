package io.finemesh.engine.model;

import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Causal attention over documents of one length, three ways with the same result.
 *
 * <p>Shapes: B documents, L tokens of each, H heads, K key-value heads, G = H / K, D head dimension.
 */
enum AttentionKernel {
    /** Scores formed whole, by batched products: faster for short documents, memory grows with L². */
    SCORES {
        @Override
        Tensor attend(Tensor turned, Tensor values, Tensor mask, AttentionRule rule) {
            Operands operands = Operands.of(turned.to(ScalarType.Float), values.to(ScalarType.Float));
            long rows = operands.shared() * operands.length();
            Tensor weighted = weighted(
                    operands.queries().reshape(operands.batches(), rows, operands.dimension()),
                    operands.keys(),
                    operands.values(),
                    mask,
                    rule); // [K * B, G * L, D]
            return operands.merged(
                    weighted.view(operands.batches(), operands.shared(), operands.length(), operands.dimension()));
        }

        @Override
        Tensor mask(int length, int shared, AttentionRule rule) {
            float[] mask = new float[shared * length * length];
            for (int row = 0; row < shared * length; row++) {
                int token = row % length;
                Arrays.fill(mask, row * length, row * length + rule.firstSeen(token), Float.NEGATIVE_INFINITY);
                Arrays.fill(mask, row * length + token + 1, (row + 1) * length, Float.NEGATIVE_INFINITY);
            }
            return TensorBytes.floats(mask, (long) shared * length, length);
        }
    },

    /**
     * LibTorch's fused kernel: memory grows with L only. Knows neither windows nor soft caps, nor heads that share keys: told of them, LibTorch forms the scores
     * of all heads whole. So each key head is a batch of its own here, whose keys all of its G heads see by a stride of 0.
     */
    FUSED {
        @Override
        Tensor attend(Tensor turned, Tensor values, Tensor mask, AttentionRule rule) {
            long documents = values.size(0);
            long length = values.size(1);
            long keyValueHeads = values.size(2);
            long dimension = values.size(3);
            long heads = turned.size(2) - keyValueHeads;
            TensorVector parts = turned.split_with_sizes(new long[] {heads, keyValueHeads}, 2);
            if (!Backend.onHost()) {
                return batched(parts, values, rule);
            }
            if (heads == keyValueHeads) {
                return fused(parts.get(0).transpose(1, 2), parts.get(1).transpose(1, 2), values.transpose(1, 2), rule)
                        .transpose(1, 2)
                        .reshape(documents * length, heads * dimension);
            }
            long shared = heads / keyValueHeads;
            List<Tensor> attended = new ArrayList<>();
            for (long document = 0; document < documents; document++) {
                Tensor queries = parts.get(0)
                        .select(0, document) // [L, H, D]
                        .view(length, keyValueHeads, shared, dimension)
                        .permute(1, 2, 0, 3);
                Tensor weighted = fused(
                        queries,
                        forEach(parts.get(1).select(0, document), shared),
                        forEach(values.select(0, document), shared),
                        rule); // [K, G, L, D]
                attended.add(weighted.permute(2, 0, 1, 3).reshape(length, heads * dimension));
            }
            return attended.size() == 1
                    ? attended.getFirst()
                    : torch.cat(new TensorVector(attended.toArray(Tensor[]::new)), 0);
        }

        /** All documents at once: a device prefers one large call, and a copy of keys for each of their heads to a stride of 0. */
        private static Tensor batched(TensorVector parts, Tensor values, AttentionRule rule) {
            Tensor queries = parts.get(0).transpose(1, 2); // [B, H, L, D]
            long heads = queries.size(1);
            return fused(queries, repeated(parts.get(1), heads), repeated(values, heads), rule)
                    .transpose(1, 2)
                    .reshape(queries.size(0) * queries.size(2), heads * queries.size(3));
        }

        /** @param tokens [B, L, K, D] @return [B, H, L, D] */
        private static Tensor repeated(Tensor tokens, long heads) {
            Tensor own = tokens.transpose(1, 2); // [B, K, L, D]
            long shared = heads / own.size(1);
            return shared == 1
                    ? own
                    : own.unsqueeze(2)
                            .expand(own.size(0), own.size(1), shared, own.size(2), own.size(3))
                            .reshape(own.size(0), heads, own.size(2), own.size(3));
        }

        /** @param heads [L, K, D] @return [K, G, L, D], the same for every G */
        private static Tensor forEach(Tensor heads, long shared) {
            return heads.transpose(0, 1).unsqueeze(1).expand(heads.size(1), shared, heads.size(0), heads.size(2));
        }

        private static Tensor fused(Tensor queries, Tensor keys, Tensor values, AttentionRule rule) {
            return torch.scaled_dot_product_attention(
                    queries, keys, values, new TensorOptional(), 0.0, true, new DoubleOptional(rule.scale()), false);
        }

        @Override
        Tensor mask(int length, int shared, AttentionRule rule) {
            return null;
        }
    },

    /** Scores of some queries at a time, over the keys that these see: for long documents with a window or a soft cap. */
    BLOCKS {
        @Override
        Tensor attend(Tensor turned, Tensor values, Tensor mask, AttentionRule rule) {
            Operands operands = Operands.of(turned.to(ScalarType.Float), values.to(ScalarType.Float));
            int length = Math.toIntExact(operands.length());
            List<Tensor> blocks = new ArrayList<>();
            for (int from = 0; from < length; from += BLOCK) {
                int to = Math.min(from + BLOCK, length);
                int first = rule.firstSeen(from);
                long rows = operands.shared() * (to - from);
                Tensor queries = operands.queries()
                        .narrow(2, from, to - from)
                        .reshape(operands.batches(), rows, operands.dimension());
                Tensor weighted = weighted(
                        queries,
                        operands.keys().narrow(1, first, to - first),
                        operands.values().narrow(1, first, to - first),
                        blockMask(from, to, first, rule).repeat(operands.shared(), 1),
                        rule);
                blocks.add(weighted.view(operands.batches(), operands.shared(), to - from, operands.dimension()));
            }
            return operands.merged(torch.cat(new TensorVector(blocks.toArray(Tensor[]::new)), 2));
        }

        @Override
        Tensor mask(int length, int shared, AttentionRule rule) {
            return null; // each block's own, made when it is attended: together they would be as large as the scores
        }
    };

    /** Documents up to this length have their scores formed whole on the host; measured on two cores, where the kernels cross between 128 and 256. */
    static final int LONGEST_WITH_SCORES = 128;
    /** Queries of a block. */
    private static final int BLOCK = 128;

    static AttentionKernel forLength(int length, AttentionRule rule) {
        if (length <= LONGEST_WITH_SCORES && Backend.onHost()) {
            return SCORES;
        }
        return rule.softCap().isPresent() || rule.windowBinds(length) ? BLOCKS : FUSED;
    }

    /**
     * Attends.
     *
     * @param turned queries and keys after rotation, [B, L, H + K, D]
     * @param values [B, L, K, D]
     * @param mask from {@link #mask}
     * @param rule how scores become weights
     * @return [B * L, H * D]
     */
    abstract Tensor attend(Tensor turned, Tensor values, Tensor mask, AttentionRule rule);

    /** What {@link #attend} adds to scores, [G * L, L]; null where the kernel needs none. */
    abstract Tensor mask(int length, int shared, AttentionRule rule);

    /**
     * Values weighted by what queries see in keys.
     *
     * @param queries [N, Q, D]
     * @param keys [N, M, D]
     * @param values [N, M, D]
     * @param mask broadcast to [N, Q, M]
     * @return [N, Q, D]
     */
    static Tensor weighted(Tensor queries, Tensor keys, Tensor values, Tensor mask, AttentionRule rule) {
        try (TensorScope scope = TensorScope.open("weighted values")) {
            Tensor weights = torch.softmax(scores(queries, keys, mask, rule), -1); // [N, Q, M]
            return scope.keep(torch.bmm(weights, values));
        }
    }

    /** What softmax is taken of, [N, Q, M]. */
    private static Tensor scores(Tensor queries, Tensor keys, Tensor mask, AttentionRule rule) {
        if (rule.softCap().isEmpty()) {
            return torch.baddbmm(mask, queries, keys.transpose(1, 2), new Scalar(1.0), new Scalar(rule.scale()));
        }
        try (TensorScope scope = TensorScope.open("capped scores")) {
            double cap = rule.softCap().getAsDouble();
            // In place but for one: a graph keeps what tanh gave.
            return scope.keep(torch.bmm(queries, keys.transpose(1, 2))
                    .mul_(new Scalar(rule.scale() / cap))
                    .tanh_()
                    .mul(new Scalar(cap))
                    .add_(mask));
        }
    }

    /** Minus infinity where a query of {@code from} to {@code to} does not see a key of {@code first} to {@code to}, else 0. */
    private static Tensor blockMask(int from, int to, int first, AttentionRule rule) {
        long[] shape = {to - from, to - first};
        Tensor hidden = torch.full(shape, new Scalar(Double.NEGATIVE_INFINITY), TensorBytes.options(ScalarType.Float))
                .triu(from - first + 1L);
        if (rule.window().isEmpty()) {
            return hidden;
        }
        Tensor tooFar = torch.full(shape, new Scalar(Double.NEGATIVE_INFINITY), TensorBytes.options(ScalarType.Float))
                .tril(from - first - (long) rule.window().getAsInt());
        return hidden.add(tooFar);
    }

    /**
     * Operands of batched products: heads that share keys become more rows of one product.
     *
     * @param queries [K * B, G, L, D]
     * @param keys [K * B, L, D]
     * @param values [K * B, L, D]
     */
    private record Operands(Tensor queries, Tensor keys, Tensor values, long documents) {
        static Operands of(Tensor turned, Tensor values) {
            long documents = values.size(0);
            long length = values.size(1);
            long keyValueHeads = values.size(2);
            long dimension = values.size(3);
            long heads = turned.size(2) - keyValueHeads;
            // Heads first, so that queries and keys are contiguous after the split: one copy for both.
            TensorVector parts = turned.permute(2, 0, 1, 3) // [H + K, B, L, D]
                    .contiguous()
                    .split_with_sizes(new long[] {heads, keyValueHeads}, 0);
            return new Operands(
                    parts.get(0)
                            .view(keyValueHeads, heads / keyValueHeads, documents, length, dimension)
                            .transpose(1, 2)
                            .reshape(keyValueHeads * documents, heads / keyValueHeads, length, dimension),
                    parts.get(1).view(keyValueHeads * documents, length, dimension),
                    values.permute(2, 0, 1, 3).reshape(keyValueHeads * documents, length, dimension),
                    documents);
        }

        long batches() {
            return queries.size(0);
        }

        long shared() {
            return queries.size(1);
        }

        long length() {
            return queries.size(2);
        }

        long dimension() {
            return queries.size(3);
        }

        /** [B * L, H * D] of [K * B, G, L, D]. */
        Tensor merged(Tensor weighted) {
            long keyValueHeads = batches() / documents;
            return weighted.view(keyValueHeads, documents, shared(), length(), dimension())
                    .permute(1, 3, 0, 2, 4) // [B, L, K, G, D]
                    .reshape(documents * length(), keyValueHeads * shared() * dimension());
        }
    }
}
