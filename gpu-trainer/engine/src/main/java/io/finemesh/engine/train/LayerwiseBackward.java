package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.loss.LabelledLoss;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.RowInput;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.LayerGradientSink;
import io.finemesh.engine.optim.Traversal;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Loss and gradients of packed rows, layer by layer. The backward pass is an explicit loop, not one autograd call: for each layer from the top,
 * autograd of that layer alone, whose gradients are handed on at once.
 *
 * <ul>
 *   <li>Layers below the lowest trained one run without a graph and store nothing; the pass stops above them.
 *   <li>Layers above an active block compute the slope of their input and no weight gradient.
 *   <li>The last layer's MLP, the final norm and the head run for labelled tokens only.
 *   <li>Whether a layer is recomputed or its graph kept is an {@link ActivationPolicy}.
 *   <li>Whether rows or layers are the outer loop is a {@link Traversal}.
 * </ul>
 */
final class LayerwiseBackward {
    private final Decoder decoder;
    private final LabelledLoss loss;
    private final PhaseClock clock;

    LayerwiseBackward(Decoder decoder, PhaseClock clock) {
        this.decoder = decoder;
        this.loss = new LabelledLoss(decoder);
        this.clock = clock;
    }

    /** A layer on its way from forward to backward pass. */
    private static final class Visit implements AutoCloseable {
        private final Tensor input; // [T, C]
        private LayerGraph graph;

        private Visit(Tensor input) {
            this.input = input;
        }

        @Override
        public void close() {
            input.close();
            if (graph != null) {
                graph.close();
            }
        }
    }

    /** A row on its way through forward and backward pass. */
    private static final class RowPass implements AutoCloseable {
        private final int number;
        private final RowInput input;
        private final ActivationPolicy policy;
        private final Deque<Visit> visits = new ArrayDeque<>();
        private Tensor slope; // [T, C] of the output of the layer the backward pass is at; [R, C] at the last layer

        private RowPass(int number, RowInput input, ActivationPolicy policy) {
            this.number = number;
            this.input = input;
            this.policy = policy;
        }

        /** Goes on with the slope of the next layer below, or null at the end; takes it out of the innermost scope. */
        private void advance(Tensor next) {
            if (slope != null) {
                slope.close();
            }
            slope = next == null ? null : TensorScope.own(next);
        }

        @Override
        public void close() {
            advance(null);
            visits.forEach(Visit::close);
        }
    }

    /**
     * Adds the gradients of all rows and completes every trained group.
     *
     * @param rows with labels
     * @param traversal which loop is the outer one; each of the two visits of {@link Traversal#LAYERS_TWICE} is one call
     * @param labelledInBatch labelled tokens of the whole accumulated batch
     * @param policy by row
     * @return summed negative log-likelihood of the rows' labelled tokens, nats
     */
    double accumulate(
            List<PackedRow> rows,
            LayerGradientSink sink,
            Traversal traversal,
            long labelledInBatch,
            Function<PackedRow, ActivationPolicy> policy) {
        return switch (traversal) {
            case ROWS -> {
                double sum = 0;
                for (int r = 0; r < rows.size(); r++) {
                    sum += together(rows.subList(r, r + 1), r, sink, labelledInBatch, policy, r == rows.size() - 1);
                }
                yield sum;
            }
            case LAYERS, LAYERS_TWICE -> together(rows, 0, sink, labelledInBatch, policy, true);
        };
    }

    /** Adds the gradients of one row, and completes nothing. */
    double accumulate(RowInput input, LayerGradientSink sink, long labelledInBatch, ActivationPolicy policy) {
        try (TensorScope _ = TensorScope.open("row");
                RowPass row = new RowPass(0, input, policy)) {
            return sweep(List.of(row), sink, labelledInBatch, false);
        }
    }

    private double together(
            List<PackedRow> rows,
            int first,
            LayerGradientSink sink,
            long labelledInBatch,
            Function<PackedRow, ActivationPolicy> policy,
            boolean last) {
        List<RowPass> passes = new ArrayList<>();
        try (TensorScope _ = TensorScope.open("micro-batch")) {
            // Graphs of several rows at once would take the memory that one row at a time saves.
            rows.forEach(row -> passes.add(new RowPass(
                    first + passes.size(),
                    decoder.prepare(row),
                    rows.size() > 1 ? ActivationPolicy.RECOMPUTE : policy.apply(row))));
            return sweep(passes, sink, labelledInBatch, last);
        } finally {
            passes.forEach(RowPass::close);
        }
    }

    private double sweep(List<RowPass> rows, LayerGradientSink sink, long labelledInBatch, boolean last) {
        Backend.multiplyFor(decoder.storage());
        int layers = decoder.configuration().layerCount();
        boolean embeddingTrained = sink.wants(new ParameterGroup.Embedding());
        int lowest = lowestTrainedLayer(sink, embeddingTrained, layers);
        boolean slopeOfLayers = lowest < layers || embeddingTrained;
        double sum = 0;
        for (RowPass row : rows) {
            clock.enter(Phase.FORWARD);
            sink.enter(row.number);
            Tensor hidden = forward(row, sink, lowest, embeddingTrained);
            try (TensorScope scope = TensorScope.open("top")) {
                scope.take(hidden);
                LabelledLoss.Slope top = loss.slope(hidden, row.input, sink, labelledInBatch, slopeOfLayers);
                row.advance(top.atLastLayer());
                sum += top.lossSum();
            }
        }
        clock.enter(Phase.BACKWARD);
        completeTop(sink, last);
        for (int i = layers - 1; i >= lowest; i--) {
            for (RowPass row : rows) {
                sink.enter(row.number);
                try (Visit visit = row.visits.pop()) {
                    boolean slopeOfInput = i > lowest || embeddingTrained;
                    if (visit.graph == null) {
                        visit.graph = graph(i, visit.input, row.input, sink, slopeOfInput);
                    }
                    row.advance(visit.graph.backward(row.slope, sink));
                }
            }
            complete(new ParameterGroup.Layer(i), sink, last);
        }
        if (embeddingTrained) {
            rows.forEach(row -> embedding(row.input, row.slope, sink));
            complete(new ParameterGroup.Embedding(), sink, last);
        }
        return sum;
    }

    /** @return [R, C] states after the last layer, the caller's */
    private Tensor forward(RowPass row, LayerGradientSink sink, int lowest, boolean embeddingTrained) {
        int layers = decoder.configuration().layerCount();
        Tensor hidden = TensorScope.own(prefix(row.input, lowest)); // [T, C]
        for (int i = lowest; i < layers; i++) {
            Visit visit = new Visit(hidden);
            row.visits.push(visit);
            boolean slopeOfInput = i > lowest || embeddingTrained;
            hidden = switch (row.policy) {
                case KEEP -> {
                    visit.graph = graph(i, hidden, row.input, sink, slopeOfInput);
                    yield detached(visit.graph.output());
                }
                case RECOMPUTE -> withoutGraph(i, hidden, row.input, sink);
            };
        }
        return hidden;
    }

    private void completeTop(LayerGradientSink sink, boolean last) {
        // A tied head is complete only when the embedding is.
        if (!decoder.headGroup().equals(new ParameterGroup.Embedding())) {
            complete(decoder.headGroup(), sink, last);
        }
        complete(new ParameterGroup.FinalNorm(), sink, last);
    }

    private static void complete(ParameterGroup group, LayerGradientSink sink, boolean last) {
        if (last && sink.wants(group)) {
            sink.complete(group);
        }
    }

    private int lowestTrainedLayer(LayerGradientSink sink, boolean embeddingTrained, int layers) {
        if (embeddingTrained) {
            return 0;
        }
        int lowest = 0;
        while (lowest < layers && !sink.wants(new ParameterGroup.Layer(lowest))) {
            lowest++;
        }
        return lowest;
    }

    /** Embedding and frozen layers below, without a graph. */
    private Tensor prefix(RowInput input, int lowest) {
        try (NoGradGuard _ = new NoGradGuard()) {
            Tensor wanted = lowest == decoder.configuration().layerCount() ? input.labelledRows() : null;
            return decoder.forward(input, decoder.embed(input.tokens()), 0, lowest, wanted);
        }
    }

    private Tensor withoutGraph(int index, Tensor hidden, RowInput input, LayerGradientSink sink) {
        try (TensorScope _ = TensorScope.open("layer " + index);
                NoGradGuard _ = new NoGradGuard()) {
            return TensorScope.own(decoder.layer(
                    index,
                    sink.weights(decoder.stored(new ParameterGroup.Layer(index))),
                    hidden,
                    input,
                    wantedRows(index, input)));
        }
    }

    private LayerGraph graph(int index, Tensor hidden, RowInput input, LayerGradientSink sink, boolean slopeOfInput) {
        return LayerGraph.of(decoder, index, hidden, input, wantedRows(index, input), sink, slopeOfInput);
    }

    private void embedding(RowInput input, Tensor slope, LayerGradientSink sink) {
        try (TensorScope _ = TensorScope.open("embedding");
                NoGradGuard _ = new NoGradGuard()) {
            ParameterGroup group = new ParameterGroup.Embedding();
            Tensor gradient = sink.rows(group, WeightSlot.TOKEN_EMBEDDING)
                    .map(rows -> decoder.embeddingGradient(input.tokens(), slope, rows.first(), rows.count()))
                    .orElseGet(() -> decoder.embeddingGradient(input.tokens(), slope));
            sink.add(group, WeightSlot.TOKEN_EMBEDDING, gradient);
        }
    }

    private Tensor wantedRows(int index, RowInput input) {
        return index == decoder.configuration().layerCount() - 1 ? input.labelledRows() : null;
    }

    private static Tensor detached(Tensor output) {
        return TensorScope.own(output.detach());
    }
}
