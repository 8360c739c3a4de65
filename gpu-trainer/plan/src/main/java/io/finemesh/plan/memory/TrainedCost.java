package io.finemesh.plan.memory;

import static java.lang.Math.multiplyExact;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.plan.blocks.Block;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.TensorSlice;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What being trained costs the parameters that are trained at once.
 *
 * @param weightsBytes of the whole model while these are trained
 * @param masterBytes fp32 copies, or adapters
 * @param gradientBytes accumulated over the micro-batches of a step
 * @param stateBytes of the optimizer
 * @param projectionBytes bases
 * @param parts which parts of the model a step goes back through, and what it makes there
 * @param frozenInt8 whether layers that are not trained are held as 8-bit integers
 * @param changedBytes weights copied for a checkpoint at the end of a segment
 */
record TrainedCost(
        long weightsBytes,
        long masterBytes,
        long gradientBytes,
        long stateBytes,
        long projectionBytes,
        BackwardParts parts,
        boolean frozenInt8,
        long changedBytes) {
    private static final long FP32 = FloatFormat.FP32.bytes();

    /** 32-bit scale of a group of INT8 weights. */
    private static final int GROUP_BYTES = 4;

    private static final int GROUP = 256;

    /** Every distinct cost that occurs in a run: one, or one per kind of block. */
    static Set<TrainedCost> of(ModelStructure structure, MethodShape method, FloatFormat weights) {
        Of cost = new Of(structure, weights);
        return switch (method) {
            case MethodShape.AdamW adamw ->
                Set.of(cost.of(all(structure), adamw.optimizer(), Optional.empty(), adamw.copy(), false));
            case MethodShape.GaLore galore ->
                Set.of(cost.of(
                        all(structure), galore.optimizer(), Optional.of(galore.projection()), galore.copy(), false));
            case MethodShape.BAdam badam -> {
                // Of blocks that differ in their layer alone, the lowest needs most: the backward pass goes furthest.
                Map<TrainedCost, TrainedCost> lowest = new LinkedHashMap<>();
                for (Block block : BlockPartition.of(structure, badam.partition())) {
                    TrainedCost found = cost.of(
                            block.trained(structure),
                            badam.optimizer(),
                            badam.projection(),
                            WeightCopy.MASTER,
                            badam.frozenInt8());
                    lowest.merge(
                            found.from(0),
                            found,
                            (one, other) -> one.parts.lowestLayer() <= other.parts.lowestLayer() ? one : other);
                }
                yield new LinkedHashSet<>(lowest.values());
            }
            case MethodShape.Lora lora -> Set.of(cost.adapters(lora));
            case MethodShape.Lomo lomo -> Set.of(cost.fused(0, lomo.copy()));
            case MethodShape.AdaLomo adaLomo ->
                Set.of(cost.fused(
                        structure.tensors().stream()
                                .mapToLong(tensor -> InnerOptimizer.ADAFACTOR.stateBytes(tensor.shape()))
                                .sum(),
                        adaLomo.copy()));
        };
    }

    /** The same as if the backward pass reached another layer. */
    private TrainedCost from(int lowestLayer) {
        return new TrainedCost(
                weightsBytes,
                masterBytes,
                gradientBytes,
                stateBytes,
                projectionBytes,
                parts.from(lowestLayer),
                frozenInt8,
                changedBytes);
    }

    private static List<TensorSlice> all(ModelStructure structure) {
        return structure.tensors().stream().map(TensorSlice::whole).toList();
    }

    /** Whether GaLore projects it: a matrix of a layer. Embedding, head, norms and biases never are. */
    static boolean isProjected(ExpectedTensor tensor) {
        return tensor.group() instanceof ParameterGroup.Layer && tensor.shape().size() == 2;
    }

    private record Of(ModelStructure structure, FloatFormat weights) {
        TrainedCost of(
                List<TensorSlice> trained,
                InnerOptimizer optimizer,
                Optional<Projection> projection,
                WeightCopy copy,
                boolean frozenInt8) {
            long elements = 0;
            long gradients = 0;
            long states = 0;
            long bases = 0;
            for (TensorSlice slice : trained) {
                elements += slice.elementCount();
                if (projection.isPresent() && isProjected(slice.tensor())) {
                    Projection by = projection.get();
                    List<Long> low = by.projected(slice.rows(), slice.rowElements());
                    gradients += multiplyExact(FP32, multiplyExact(low.get(0), low.get(1)));
                    states += optimizer.stateBytes(low);
                    bases += by.basisBytes(slice.rows(), slice.rowElements());
                } else {
                    gradients += multiplyExact(FP32, slice.elementCount());
                    states += optimizer.stateBytes(shape(slice));
                }
            }
            return new TrainedCost(
                    frozenInt8 ? int8(trained) : multiplyExact(structure.parameterCount(), weights.bytes()),
                    copyBytes(trained, elements, copy),
                    gradients,
                    states,
                    bases,
                    parts(
                            trained,
                            projection.isPresent() ? LayerNumbers.Form.FACTORS : LayerNumbers.Form.WHOLE,
                            projection.isPresent() ? BackwardParts.Order.LAYERS : BackwardParts.Order.ROWS,
                            new UpdateWorkspace(trained, optimizer, projection, narrow(copy))),
                    frozenInt8,
                    changed(trained));
        }

        /** Parts of tensors are trained in a 32-bit copy of them whatever the weights are stored in. */
        private long copyBytes(List<TensorSlice> trained, long elements, WeightCopy copy) {
            if (weights != FloatFormat.FP32) {
                return multiplyExact(copy.bytes(), elements);
            }
            Set<ParameterGroup> groups = new LinkedHashSet<>();
            trained.forEach(slice -> groups.add(slice.tensor().group()));
            long all = groups.stream().mapToLong(structure::parameterCount).sum();
            return elements < all ? multiplyExact(FP32, elements) : 0;
        }

        /** Whether a slot is widened to be updated: it is stored in bf16 and has no 32-bit copy. */
        private Optional<WeightCopy> narrow(WeightCopy copy) {
            return weights == FloatFormat.FP32 || copy == WeightCopy.MASTER ? Optional.empty() : Optional.of(copy);
        }

        TrainedCost adapters(MethodShape.Lora lora) {
            long parameters = structure.tensors().stream()
                    .filter(tensor -> lora.targets().contains(tensor.role()))
                    .mapToLong(tensor -> lora.rank()
                            * (tensor.shape().get(0) + tensor.shape().get(1)))
                    .sum();
            return new TrainedCost(
                    multiplyExact(structure.parameterCount(), weights.bytes()),
                    multiplyExact(FP32, parameters),
                    multiplyExact(FP32, parameters),
                    multiplyExact(2 * FP32, parameters),
                    0,
                    new BackwardParts(
                            LayerNumbers.Form.ADAPTERS,
                            lora.targets(),
                            lora.dropout(),
                            BackwardParts.Order.ROWS,
                            0,
                            structure.configuration().layerCount(),
                            0,
                            0,
                            false,
                            0,
                            0),
                    false,
                    merged());
        }

        /** Gradients live from the layer's backward pass to its update, which follows at once. */
        TrainedCost fused(long states, WeightCopy copy) {
            return new TrainedCost(
                    multiplyExact(structure.parameterCount(), weights.bytes()),
                    weights == FloatFormat.FP32 ? 0 : multiplyExact(copy.bytes(), structure.parameterCount()),
                    multiplyExact(FP32, largestGroup()),
                    states,
                    0,
                    parts(
                            all(structure),
                            LayerNumbers.Form.WHOLE,
                            BackwardParts.Order.LAYERS_FREED,
                            new UpdateWorkspace(
                                    all(structure),
                                    states > 0 ? InnerOptimizer.ADAFACTOR : InnerOptimizer.ADAMW,
                                    Optional.empty(),
                                    narrow(copy))),
                    false,
                    multiplyExact(structure.parameterCount(), weights.bytes()));
        }

        /** Layers' matrices as 8-bit integers with a scale per group, but for the groups in which something is trained. */
        private long int8(List<TensorSlice> trained) {
            Set<ParameterGroup> active = new LinkedHashSet<>();
            trained.forEach(slice -> active.add(slice.tensor().group()));
            return structure.tensors().stream()
                    .mapToLong(tensor -> isProjected(tensor) && !active.contains(tensor.group())
                            ? tensor.elementCount() + GROUP_BYTES * Math.ceilDiv(tensor.elementCount(), GROUP)
                            : multiplyExact(tensor.elementCount(), weights.bytes()))
                    .sum();
        }

        private static List<Long> shape(TensorSlice slice) {
            return slice.tensor().shape().size() == 1
                    ? List.of(slice.rows())
                    : List.of(slice.rows(), slice.rowElements());
        }

        private BackwardParts parts(
                List<TensorSlice> trained,
                LayerNumbers.Form form,
                BackwardParts.Order order,
                UpdateWorkspace workspace) {
            int layers = structure.configuration().layerCount();
            int lowest = layers;
            int count = 0;
            for (int layer = layers - 1; layer >= 0; layer--) {
                if (elements(trained, new ParameterGroup.Layer(layer)) > 0) {
                    lowest = layer;
                    count++;
                }
            }
            boolean tied = structure.configuration().tiedEmbeddings();
            long embedding = elements(trained, new ParameterGroup.Embedding());
            return new BackwardParts(
                    form,
                    Set.of(),
                    false,
                    order,
                    embedding > 0 ? 0 : lowest,
                    count,
                    multiplyExact(FP32, tied ? embedding : elements(trained, new ParameterGroup.Head())),
                    multiplyExact(FP32, embedding),
                    elements(trained, new ParameterGroup.FinalNorm()) > 0,
                    workspace.ofGradients(),
                    workspace.ofUpdate());
        }

        private static long elements(List<TensorSlice> trained, ParameterGroup group) {
            return trained.stream()
                    .filter(slice -> slice.tensor().group().equals(group))
                    .mapToLong(TensorSlice::elementCount)
                    .sum();
        }

        /** Adapters are merged in a copy of one layer after the other, one matrix at a time in 32 bits. */
        private long merged() {
            long layer = structure.groups().stream()
                    .filter(ParameterGroup.Layer.class::isInstance)
                    .mapToLong(structure::parameterCount)
                    .max()
                    .orElseThrow();
            long matrix = structure.tensors().stream()
                    .filter(TrainedCost::isProjected)
                    .mapToLong(ExpectedTensor::elementCount)
                    .max()
                    .orElseThrow();
            long copies = multiplyExact(structure.parameterCount() - outside() + layer, weights.bytes());
            return copies + multiplyExact((weights == FloatFormat.FP32 ? 2 : 3) * FP32, matrix);
        }

        /** Parameters that no layer has. */
        private long outside() {
            return structure.groups().stream()
                    .filter(group -> !(group instanceof ParameterGroup.Layer))
                    .mapToLong(structure::parameterCount)
                    .sum();
        }

        /** A checkpoint has a blob per group, whole however little of it changed. */
        private long changed(List<TensorSlice> trained) {
            return trained.stream()
                    .map(slice -> slice.tensor().group())
                    .distinct()
                    .mapToLong(group -> multiplyExact(structure.parameterCount(group), weights.bytes()))
                    .sum();
        }

        private long largestGroup() {
            return structure.groups().stream()
                    .mapToLong(structure::parameterCount)
                    .max()
                    .orElseThrow();
        }
    }
}
