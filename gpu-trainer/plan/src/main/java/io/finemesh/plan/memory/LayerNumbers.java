package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.LayerAttention;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.TensorRole;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How many 32-bit numbers a decoder layer holds per token of a row, besides its input: what the engine's forward pass makes, what autograd keeps of it, and
 * what the backward pass adds.
 *
 * <p>Legend: C hidden, A heads x head dimension, E key-value heads x head dimension, Q = A + 2E, F intermediate.
 */
final class LayerNumbers {
    /** Documents up to this length have their scores formed whole; longer ones with a window or a soft cap in blocks of as many queries. */
    private static final int BLOCK = 128;

    /** As the engine draws the masks of dropout. */
    private static final int DRAWN_AT_A_TIME = 1 << 14;

    /** 32-bit numbers for each element that is drawn. */
    private static final int DRAWN_COPIES = 7;

    private final ModelConfiguration model;
    private final int longestDocument;
    private final boolean severalDocuments;
    private final Set<TensorRole> roles;
    private final Set<TensorRole> adapted;
    private final boolean dropped;
    private final int tokensPerRow;
    private final long hidden;
    private final long queries;
    private final long keys;
    private final long intermediate;
    private final long postNorms;
    private final long[] scores; // by layer
    private final long[] scoresAtOnce; // by layer

    /** What is wanted of a layer's weights. */
    enum Form {
        /** Nothing but the slope of the layer's input. */
        FROZEN,
        /** Gradients as tensors. */
        WHOLE,
        /** Factors of the matrices' gradients, and the norms' gradients. */
        FACTORS,
        /** Factors for adapters. */
        ADAPTERS
    }

    private enum Kernel {
        SCORES,
        FUSED,
        BLOCKS
    }

    /**
     * Numbers of a batch.
     *
     * @param adapted roles of the matrices with adapters beside them, where there are any
     * @param dropped whether a part of the adapters' inputs is left out
     */
    LayerNumbers(ModelSizes sizes, BatchShape batch, Set<TensorRole> adapted, boolean dropped) {
        this.adapted = adapted;
        this.dropped = dropped;
        this.tokensPerRow = batch.tokensPerRow();
        this.model = sizes.structure().configuration();
        this.longestDocument = batch.longestDocument();
        this.severalDocuments = batch.tokensPerRow() > batch.longestDocument();
        this.roles = sizes.layerRoles();
        this.hidden = model.hiddenSize();
        this.queries = (long) model.attentionHeads() * model.headDimension();
        this.keys = (long) model.keyValueHeads() * model.headDimension();
        this.intermediate = model.intermediateSize();
        this.postNorms = hidden
                * roles.stream()
                        .filter(role -> role == TensorRole.ATTENTION_OUTPUT_NORM || role == TensorRole.MLP_OUTPUT_NORM)
                        .count();
        this.scores =
                IntStream.range(0, model.layerCount()).mapToLong(this::scoresOf).toArray();
        this.scoresAtOnce = IntStream.range(0, model.layerCount())
                .mapToLong(this::scoresAtOnceOf)
                .toArray();
    }

    private Kernel kernel(int layer) {
        if (longestDocument <= BLOCK) {
            return Kernel.SCORES;
        }
        OptionalInt window = model.attention(layer).window();
        boolean binds = window.isPresent() && window.getAsInt() < longestDocument;
        return model.parts().attentionSoftCap().isPresent() || binds ? Kernel.BLOCKS : Kernel.FUSED;
    }

    /** Attention weights of all heads: one number for each token that a kernel looks at. */
    private long scores(int layer) {
        return scores[layer];
    }

    private long scoresOf(int layer) {
        return switch (kernel(layer)) {
            case FUSED -> 0;
            case SCORES -> (long) model.attentionHeads() * longestDocument;
            case BLOCKS ->
                perToken(IntStream.iterate(0, from -> from < longestDocument, from -> from + BLOCK)
                        .mapToLong(from -> seen(layer, from))
                        .sum());
        };
    }

    /** Those that are computed at a time. */
    private long scoresAtOnce(int layer) {
        return scoresAtOnce[layer];
    }

    private long scoresAtOnceOf(int layer) {
        return switch (kernel(layer)) {
            case FUSED, SCORES -> scoresOf(layer);
            case BLOCKS ->
                perToken(IntStream.iterate(0, from -> from < longestDocument, from -> from + BLOCK)
                        .mapToLong(from -> seen(layer, from))
                        .max()
                        .orElseThrow());
        };
    }

    private long perToken(long seenInDocument) {
        return model.attentionHeads() * Math.ceilDiv(seenInDocument, (long) longestDocument);
    }

    /** Pairs of queries of a block and keys that some of them see. */
    private long seen(int layer, int from) {
        int window = model.attention(layer).window().orElse(longestDocument);
        int to = Math.min(from + BLOCK, longestDocument);
        return (long) (to - from) * (to - Math.max(0, from - window + 1));
    }

    /** Masks of scores that are formed whole, one for each kind of layer. */
    long maskBytes() {
        if (longestDocument > BLOCK) {
            return 0;
        }
        long kinds = model.parts().layers().stream()
                .map(LayerAttention::window)
                .distinct()
                .count();
        long shared = model.attentionHeads() / model.keyValueHeads();
        return FloatFormat.FP32.bytes() * kinds * shared * longestDocument * longestDocument;
    }

    private long copies() {
        return model.parts().attentionSoftCap().isPresent() ? 2 : 1;
    }

    /** Queries, keys and values as the kernel takes them, with what it keeps. */
    private long attention(int layer) {
        return switch (kernel(layer)) {
            case SCORES ->
                queries + keys + (grouped() && severalDocuments ? queries : 0) + keys + copies() * scores(layer);
            case BLOCKS -> queries + keys + queries + keys + copies() * scores(layer);
            case FUSED -> queries + keys + projected() + queries + model.attentionHeads();
        };
    }

    private boolean grouped() {
        return model.attentionHeads() > model.keyValueHeads();
    }

    private long projected() {
        return queries + 2 * keys;
    }

    private boolean normsHeads() {
        return roles.contains(TensorRole.QUERY_NORM) || roles.contains(TensorRole.KEY_NORM);
    }

    private long headNorms(int layer) {
        return normsHeads() && kernel(layer) != Kernel.FUSED ? projected() : 0;
    }

    /** Kept for the backward pass, without input and output: what attention and the activation need, and the operands of what has a gradient. */
    long kept(int layer, Form form) {
        long always = attention(layer) + headNorms(layer) + hidden + 3 * intermediate + postNorms;
        long merged = kernel(layer) == Kernel.FUSED && !grouped() ? 0 : queries;
        long operands = 2 * hidden + merged + intermediate;
        long unnormed = 2 * hidden + postNorms + (normsHeads() ? queries + keys : 0);
        long taken = kernel(layer) == Kernel.FUSED ? 0 : projected();
        return switch (form) {
            case FROZEN -> always;
            case WHOLE -> always + operands + unnormed;
            case FACTORS -> always + operands + unnormed + taken + 2 * hidden;
            case ADAPTERS ->
                always
                        + (adaptsInput() ? hidden + taken : 0)
                        + (adaptsAttentionOutput() ? merged + hidden : 0)
                        + (adaptsGateOrUp() ? hidden : 0)
                        + (adaptsDown() ? intermediate + hidden : 0)
                        + masks();
        };
    }

    /** What dropout keeps for the way back: a byte for each element of each adapter's input. */
    private long masks() {
        if (!dropped) {
            return 0;
        }
        long bytes = adapted.stream()
                .mapToLong(role ->
                        role == TensorRole.DOWN ? intermediate : role == TensorRole.ATTENTION_OUTPUT ? queries : hidden)
                .sum();
        return Math.ceilDiv(bytes, (long) FloatFormat.FP32.bytes());
    }

    /** The most at once while an input is dropped: bits are drawn for some elements at a time, then two copies of the input. */
    private long dropping(long inputs) {
        if (!dropped) {
            return 0;
        }
        long drawn = Math.ceilDiv(DRAWN_COPIES * Math.min((long) DRAWN_AT_A_TIME, inputs * tokensPerRow), tokensPerRow);
        return Math.max(drawn, 2 * inputs);
    }

    private long droppingInMlp() {
        return adaptsDown() ? dropping(intermediate) : adaptsGateOrUp() ? dropping(hidden) : 0;
    }

    private long droppingInAttention() {
        return adaptsInput() || adaptsAttentionOutput() ? dropping(Math.max(hidden, queries)) : 0;
    }

    private boolean adaptsInput() {
        return adapts(TensorRole.QUERY, TensorRole.KEY, TensorRole.VALUE, TensorRole.QUERY_KEY_VALUE);
    }

    private boolean adaptsAttentionOutput() {
        return adapts(TensorRole.ATTENTION_OUTPUT);
    }

    private boolean adaptsGateOrUp() {
        return adapts(TensorRole.GATE, TensorRole.UP, TensorRole.GATE_UP);
    }

    private boolean adaptsDown() {
        return adapts(TensorRole.DOWN);
    }

    private boolean adapts(TensorRole... any) {
        return !adapted.isEmpty() && Stream.of(any).anyMatch(adapted::contains);
    }

    /** The most at once of a forward pass without a graph, output included: one half of the layer after the other. */
    long forward(int layer) {
        long raw = (adaptsInput() ? projected() : 0) + (adaptsAttentionOutput() ? hidden : 0);
        long turning = hidden + projected() + 3 * (queries + keys) + raw;
        long softened = 1 + copies();
        long attending = hidden
                + projected()
                + queries
                + keys
                + attention(layer)
                - copies() * scores(layer)
                + softened * scoresAtOnce(layer)
                + raw;
        return Math.max(Math.max(turning, attending) + droppingInAttention(), mlp() + droppingInMlp());
    }

    /** The second half at its end: its input, normed, gate and up, opened, product, output of the map, sum. */
    private long mlp() {
        long raw = (adaptsGateOrUp() ? 2 * intermediate : 0) + (adaptsDown() ? hidden : 0);
        return 4 * hidden + 4 * intermediate + 2 * postNorms + raw;
    }

    /** At the end of a forward pass with a graph, output included. */
    long graph(int layer, Form form) {
        long product = form == Form.FROZEN ? intermediate : 0;
        long normed = form == Form.FROZEN ? hidden : 0;
        long dropping = form == Form.ADAPTERS ? droppingInMlp() : 0;
        return kept(layer, form) + product + normed + 2 * hidden + dropping;
    }

    /** When the slopes of gate and up are formed: the most of the MLP's backward pass, slope and output included. */
    long backwardOfMlp(int layer, Form form) {
        long freed = form == Form.WHOLE ? intermediate : 0;
        return kept(layer, form) - freed + 3 * intermediate + 2 * hidden;
    }

    /** When the slopes of the scores are formed, slope and output included. */
    long backwardOfAttention(int layer, Form form) {
        long gone =
                switch (form) {
                    case FROZEN -> 3 * intermediate + hidden;
                    case WHOLE -> 4 * intermediate + 3 * hidden;
                    case FACTORS -> intermediate + 2 * hidden;
                    case ADAPTERS -> intermediate + hidden;
                };
        long slopes =
                switch (form) {
                    case FROZEN, WHOLE -> 0;
                    case FACTORS, ADAPTERS -> 2 * intermediate;
                };
        long operands =
                switch (kernel(layer)) {
                    case FUSED -> (grouped() ? 4 : 2) * queries;
                    case SCORES -> 2 * scores(layer);
                    case BLOCKS -> 2 * scoresAtOnce(layer) + 4 * queries; // and what each block adds to all
                };
        return kept(layer, form) - gone + slopes + operands + 2 * keys + 3 * hidden;
    }

    /** When all gradients of the layer are there: its output and slopes of both ends, and where factors are wanted all of them. */
    long gradients(int layer, Form form) {
        return switch (form) {
            case FROZEN, WHOLE -> 3 * hidden;
            case FACTORS, ADAPTERS ->
                3 * hidden + factors() + projected() + 2 * intermediate + 2 * hidden + droppingInMlp();
        };
    }

    /** Operands and slopes of all matrices of a layer. */
    long factors() {
        return factorsOfMlp() + 2 * hidden + queries + projected();
    }

    /** The same of the MLP's. */
    long factorsOfMlp() {
        return 2 * hidden + 3 * intermediate;
    }

    /** Kinds of rotary embeddings, each with its angles. */
    long ropes() {
        return model.parts().layers().stream()
                .map(LayerAttention::rope)
                .distinct()
                .count();
    }
}
