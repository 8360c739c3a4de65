package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.RowInput;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The textbook way: one graph from tokens to loss with full logits, one autograd call. What layer-wise execution is compared with. */
record WholeGraph(double loss, Map<ParameterGroup, Map<WeightSlot, float[]>> gradients) {
    static WholeGraph of(Decoder decoder, PackedRow row) {
        try (TensorScope _ = TensorScope.open("whole graph")) {
            Map<ParameterGroup, Map<WeightSlot, Tensor>> leaves = new LinkedHashMap<>();
            List<Tensor> all = new ArrayList<>();
            for (ParameterGroup group : decoder.structure().groups()) {
                GroupTensors stored = decoder.weights(group);
                Map<WeightSlot, Tensor> slots = new EnumMap<>(WeightSlot.class);
                for (GroupLayout.Entry entry : stored.layout().entries()) {
                    Tensor leaf = stored.get(entry.slot())
                            .detach()
                            .to(torch.ScalarType.Float)
                            .requires_grad_(true);
                    slots.put(entry.slot(), leaf);
                    all.add(leaf);
                }
                leaves.put(group, slots);
            }
            RowInput input = decoder.prepare(row);
            Tensor hidden = decoder.scaledEmbedding(torch.embedding(
                    leaves.get(new ParameterGroup.Embedding()).get(WeightSlot.TOKEN_EMBEDDING), input.tokens()));
            for (int i = 0; i < decoder.configuration().layerCount(); i++) {
                hidden = decoder.layer(i, leaves.get(new ParameterGroup.Layer(i))::get, hidden, input, null);
            }
            Tensor normed = decoder.finalNorm(
                    hidden, leaves.get(new ParameterGroup.FinalNorm()).get(WeightSlot.FINAL_NORM));
            Tensor logits =
                    decoder.logits(normed, leaves.get(decoder.headGroup()).get(decoder.headSlot()));
            Tensor loss = torch.cross_entropy_loss(logits.index_select(0, input.labelledRows()), input.targets());
            TensorVector found = torch.grad(
                    new TensorVector(loss),
                    new TensorVector(all.toArray(Tensor[]::new)),
                    new TensorVector(torch.ones_like(loss)),
                    new BoolOptional(),
                    false,
                    false);
            Map<ParameterGroup, Map<WeightSlot, float[]>> gradients = new LinkedHashMap<>();
            int next = 0;
            for (Map.Entry<ParameterGroup, Map<WeightSlot, Tensor>> group : leaves.entrySet()) {
                Map<WeightSlot, float[]> slots = new EnumMap<>(WeightSlot.class);
                for (WeightSlot slot : group.getValue().keySet()) {
                    slots.put(slot, TensorBytes.floats(found.get(next++)));
                }
                gradients.put(group.getKey(), slots);
            }
            return new WholeGraph(loss.item_double(), gradients);
        }
    }
}
