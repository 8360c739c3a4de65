package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.loss.LabelledLoss;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.RowInput;
import io.finemesh.engine.model.SlotTensors;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.Gradients;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Loss and gradients of one packed row, layer by layer. The backward pass is an explicit loop, not one autograd call: for each layer from the top,
 * autograd of that layer alone, whose gradients are handed on at once.
 *
 * <ul>
 *   <li>Layers below the lowest trained one run without a graph and store nothing; the pass stops above them.
 *   <li>Layers above an active block compute the slope of their input and no weight gradient.
 *   <li>The last layer's MLP, the final norm and the head run for labelled tokens only.
 *   <li>Whether a layer is recomputed or its graph kept is an {@link ActivationPolicy}.
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
        private Graph graph;

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

    /**
     * A layer's graph: what it was computed from, and what came out.
     *
     * @param output [T, C], or [R, C] of the last layer
     * @param leaves the input if its slope is wanted, then the trained weights in slot order
     */
    private record Graph(Tensor output, List<Tensor> leaves) implements AutoCloseable {
        @Override
        public void close() {
            output.close();
            leaves.forEach(Tensor::close);
        }
    }

    /**
     * Adds the gradients of one row.
     *
     * @param gradients of the trained groups
     * @param labelledInBatch labelled tokens of the whole accumulated batch
     * @return summed negative log-likelihood of the row's labelled tokens, nats
     */
    double accumulate(RowInput input, Gradients gradients, long labelledInBatch, ActivationPolicy policy) {
        int layers = decoder.configuration().layerCount();
        boolean embeddingTrained = gradients.wants(new ParameterGroup.Embedding());
        int lowest = lowestTrainedLayer(gradients, embeddingTrained, layers);
        Deque<Visit> visits = new ArrayDeque<>();
        try (TensorScope scope = TensorScope.open("row")) {
            clock.enter(Phase.FORWARD);
            Tensor hidden = TensorScope.own(prefix(input, lowest)); // [T, C]
            for (int i = lowest; i < layers; i++) {
                Visit visit = new Visit(hidden);
                visits.push(visit);
                boolean slopeOfInput = i > lowest || embeddingTrained;
                hidden = switch (policy) {
                    case KEEP -> {
                        visit.graph = graph(i, hidden, input, gradients, slopeOfInput);
                        yield detached(visit.graph.output());
                    }
                    case RECOMPUTE -> withoutGraph(i, hidden, input);
                };
            }
            scope.take(hidden);
            LabelledLoss.Slope top =
                    loss.slope(hidden, input, gradients, labelledInBatch, lowest < layers || embeddingTrained);
            clock.enter(Phase.BACKWARD);
            Tensor slope = top.atLastLayer();
            for (int i = layers - 1; i >= lowest; i--) {
                try (Visit visit = visits.pop()) {
                    boolean slopeOfInput = i > lowest || embeddingTrained;
                    if (visit.graph == null) {
                        visit.graph = graph(i, visit.input, input, gradients, slopeOfInput);
                    }
                    slope = backward(i, visit.graph, slope, gradients, slopeOfInput);
                }
            }
            if (embeddingTrained) {
                embedding(input, slope, gradients);
            }
            return top.lossSum();
        } finally {
            visits.forEach(Visit::close);
        }
    }

    private int lowestTrainedLayer(Gradients gradients, boolean embeddingTrained, int layers) {
        if (embeddingTrained) {
            return 0;
        }
        int lowest = 0;
        while (lowest < layers && !gradients.wants(new ParameterGroup.Layer(lowest))) {
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

    private Tensor withoutGraph(int index, Tensor hidden, RowInput input) {
        try (TensorScope _ = TensorScope.open("layer " + index);
                NoGradGuard _ = new NoGradGuard()) {
            SlotTensors weights = SlotTensors.widened(decoder.weights(new ParameterGroup.Layer(index)));
            return TensorScope.own(decoder.layer(index, weights, hidden, input, wantedRows(index, input)));
        }
    }

    private Graph graph(int index, Tensor hidden, RowInput input, Gradients gradients, boolean slopeOfInput) {
        ParameterGroup group = new ParameterGroup.Layer(index);
        GroupTensors stored = decoder.weights(group);
        boolean trained = gradients.wants(group);
        List<Tensor> leaves = new ArrayList<>();
        try (TensorScope _ = TensorScope.open("graph of layer " + index)) {
            Tensor source = hidden;
            if (slopeOfInput) {
                source = TensorScope.own(hidden.detach().requires_grad_(true));
                leaves.add(source);
            }
            SlotTensors weights = SlotTensors.widened(stored);
            if (trained) {
                Map<WeightSlot, Tensor> bySlot = new EnumMap<>(WeightSlot.class);
                for (GroupLayout.Entry entry : stored.layout().entries()) {
                    Tensor leaf =
                            TensorScope.own(weights.get(entry.slot()).detach().requires_grad_(true));
                    bySlot.put(entry.slot(), leaf);
                    leaves.add(leaf);
                }
                weights = bySlot::get;
            }
            Tensor output = decoder.layer(index, weights, source, input, wantedRows(index, input));
            return new Graph(TensorScope.own(output), leaves);
        }
    }

    /** Slope of the layer's input, or null; weight gradients go to {@code gradients}. */
    private Tensor backward(int index, Graph graph, Tensor slope, Gradients gradients, boolean slopeOfInput) {
        ParameterGroup group = new ParameterGroup.Layer(index);
        try (TensorScope scope = TensorScope.open("backward of layer " + index)) {
            TensorVector found = torch.grad(
                    new TensorVector(graph.output()),
                    new TensorVector(graph.leaves().toArray(Tensor[]::new)),
                    new TensorVector(slope),
                    new BoolOptional(),
                    false,
                    false);
            // An element of the vector is a reference into it: copied before the vector goes.
            int next = slopeOfInput ? 1 : 0;
            if (gradients.wants(group)) {
                for (GroupLayout.Entry entry : gradients.layout(group).entries()) {
                    gradients.add(group, entry.slot(), new Tensor(found.get(next++)));
                }
            }
            return slopeOfInput ? scope.keep(new Tensor(found.get(0))) : null;
        }
    }

    private void embedding(RowInput input, Tensor slope, Gradients gradients) {
        try (TensorScope _ = TensorScope.open("embedding");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor gradient = torch.embedding_dense_backward(
                    slope, input.tokens(), decoder.configuration().vocabularySize(), -1, false);
            gradients.add(new ParameterGroup.Embedding(), WeightSlot.TOKEN_EMBEDDING, gradient);
        }
    }

    private Tensor wantedRows(int index, RowInput input) {
        return index == decoder.configuration().layerCount() - 1 ? input.labelledRows() : null;
    }

    private static Tensor detached(Tensor output) {
        return TensorScope.own(output.detach());
    }
}
