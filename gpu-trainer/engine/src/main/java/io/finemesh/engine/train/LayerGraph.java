package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.RowInput;
import io.finemesh.engine.model.SlotTensors;
import io.finemesh.engine.model.StoredGroup;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.GradientForm;
import io.finemesh.engine.optim.LayerGradientSink;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The graph of one layer for one row, and its gradients in the forms a {@link LayerGradientSink} wants them. A weight whose gradient is wanted as a tensor is a
 * leaf of the graph; where factors are wanted, autograd is asked for the slope of the linear map's output, and the gradient is never formed.
 */
final class LayerGraph implements AutoCloseable {
    private final ParameterGroup group;
    private final boolean slopeOfInput;
    private final List<WeightSlot> dense = new ArrayList<>();
    private final List<Tap> taps = new ArrayList<>();
    private final List<Tensor> owned = new ArrayList<>();
    /** The input if its slope is wanted, then dense weights in slot order; outputs of tapped maps follow. */
    private final List<Tensor> leaves = new ArrayList<>();

    private Tensor output;

    /**
     * A linear map of the layer.
     *
     * @param input X, [T, in]
     * @param output Y, [T, out], part of the graph
     */
    private record Tap(WeightSlot slot, Tensor input, Tensor output) {}

    private LayerGraph(ParameterGroup group, boolean slopeOfInput) {
        this.group = group;
        this.slopeOfInput = slopeOfInput;
    }

    /**
     * Runs a layer with a graph.
     *
     * @param hidden [T, C] the layer's input
     * @param wantedRows [R] tokens whose output is needed, or null for all
     * @param slopeOfInput whether the slope of {@code hidden} will be needed
     */
    static LayerGraph of(
            Decoder decoder,
            int index,
            Tensor hidden,
            RowInput input,
            Tensor wantedRows,
            LayerGradientSink sink,
            boolean slopeOfInput) {
        ParameterGroup group = new ParameterGroup.Layer(index);
        StoredGroup stored = decoder.stored(group);
        LayerGraph graph = new LayerGraph(group, slopeOfInput);
        try (TensorScope _ = TensorScope.open("graph of layer " + index)) {
            Tensor source = hidden;
            if (slopeOfInput) {
                source = TensorScope.own(hidden.detach().requires_grad_(true));
                graph.leaf(source);
            }
            SlotTensors weights = sink.weights(stored);
            if (sink.wants(group)) {
                weights = graph.watched(weights, stored.layout(), sink);
            }
            Tensor output = decoder.layer(index, weights, source, input, wantedRows);
            graph.output = TensorScope.own(output);
            return graph;
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    private void leaf(Tensor tensor) {
        leaves.add(tensor);
        owned.add(tensor);
    }

    /** The same weights, as leaves where their gradients are wanted as tensors, and noting input and output where factors are wanted. */
    private SlotTensors watched(SlotTensors weights, GroupLayout layout, LayerGradientSink sink) {
        Map<WeightSlot, Tensor> bySlot = new EnumMap<>(WeightSlot.class);
        Map<WeightSlot, GradientForm> forms = new EnumMap<>(WeightSlot.class);
        for (GroupLayout.Entry entry : layout.entries()) {
            WeightSlot slot = entry.slot();
            GradientForm form = sink.form(group, slot);
            forms.put(slot, form);
            if (form == GradientForm.DENSE) {
                Tensor leaf = TensorScope.own(weights.get(slot).detach().requires_grad_(true));
                bySlot.put(slot, leaf);
                dense.add(slot);
                leaf(leaf);
            }
        }
        return new SlotTensors() {
            @Override
            public Tensor get(WeightSlot slot) {
                Tensor leaf = bySlot.get(slot);
                return leaf == null ? weights.get(slot) : leaf;
            }

            @Override
            public Tensor mapped(WeightSlot slot, Tensor input, Tensor output) {
                Tensor result = weights.mapped(slot, input, output);
                if (forms.get(slot) == GradientForm.FACTORS) {
                    if (!result.requires_grad()) {
                        // Nothing before it needs a slope: the graph begins here.
                        result.requires_grad_(true);
                    }
                    Tensor of = TensorScope.own(input.detach());
                    Tensor to = TensorScope.own(new Tensor(result));
                    owned.add(of);
                    owned.add(to);
                    taps.add(new Tap(slot, of, to));
                }
                return result;
            }
        };
    }

    /** What came out: [T, C], or [R, C] of the last layer. */
    Tensor output() {
        return output;
    }

    /**
     * Hands the gradients on.
     *
     * @param slope of {@link #output}
     * @return slope of the layer's input, or null if it is not wanted
     */
    Tensor backward(Tensor slope, LayerGradientSink sink) {
        try (TensorScope scope = TensorScope.open("backward of " + group.id())) {
            List<Tensor> wanted = new ArrayList<>(leaves);
            taps.forEach(tap -> wanted.add(tap.output()));
            TensorVector found = torch.grad(
                    new TensorVector(output),
                    new TensorVector(wanted.toArray(Tensor[]::new)),
                    new TensorVector(slope),
                    new BoolOptional(),
                    false,
                    false);
            // An element of the vector is a reference into it: copied before the vector goes.
            int next = slopeOfInput ? 1 : 0;
            for (WeightSlot slot : dense) {
                sink.add(group, slot, wide(found.get(next++)));
            }
            for (Tap tap : taps) {
                sink.addFactors(group, tap.slot(), wide(tap.input()), wide(found.get(next++)));
            }
            return slopeOfInput ? scope.keep(new Tensor(found.get(0))) : null;
        }
    }

    /** A tensor of the innermost scope's own with the same values as 32-bit floats: itself where they are that. */
    private static Tensor wide(Tensor tensor) {
        return tensor.scalar_type().intern() == ScalarType.Float ? new Tensor(tensor) : tensor.to(ScalarType.Float);
    }

    @Override
    public void close() {
        if (output != null) {
            output.close();
        }
        owned.forEach(Tensor::close);
    }
}
