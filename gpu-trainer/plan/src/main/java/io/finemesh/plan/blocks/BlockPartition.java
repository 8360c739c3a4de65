package io.finemesh.plan.blocks;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.TensorRole;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Cuts a model into blocks by its structure, never by substrings of parameter names.
 *
 * <p>Deviation from the reference implementation (BlockOptimizers, {@code block_optim.py}): it searches names for {@code layers.<i>.} and fails on models
 * that call their layers otherwise. Same default as there: unless included, embedding, head and final norm are never trained.
 */
public final class BlockPartition {
    /** Id of the block with the embedding. */
    public static final String EMBEDDING = "embedding";

    /** Id of the block with final norm and output head. */
    public static final String HEAD = "head";

    /** Id of the block with the final norm alone. */
    public static final String FINAL_NORM = "final";

    private final ModelStructure structure;
    private final PartitionSettings settings;
    private final BlockSelector selector;
    private final List<PartitionProblem> problems = new ArrayList<>();

    private BlockPartition(ModelStructure structure, PartitionSettings settings) {
        this.structure = structure;
        this.settings = settings;
        this.selector = new BlockSelector(structure);
    }

    /** A block on its way, and the setting it comes from. */
    private record Draft(String subject, String id, List<TensorSlice> slices) {}

    /**
     * One block per decoder layer, in model order.
     *
     * @param structure of the model
     * @param includeEmbedding puts a block {@value #EMBEDDING} first. Where the head is tied to the embedding, this block trains both
     * @param includeHead puts a block {@value #HEAD} last: the final norm, and the output head unless it is tied
     */
    public static List<Block> layers(ModelStructure structure, boolean includeEmbedding, boolean includeHead) {
        return of(structure, PartitionSettings.layers(includeEmbedding, includeHead));
    }

    /**
     * The blocks of a model, embedding first, layers in model order or as listed, head last.
     *
     * @throws PartitionException with everything that is wrong
     */
    public static List<Block> of(ModelStructure structure, PartitionSettings settings) {
        return new BlockPartition(structure, settings).cut();
    }

    private List<Block> cut() {
        List<Draft> drafts = new ArrayList<>();
        if (settings.includeEmbedding()) {
            drafts.addAll(outside("includeEmbedding", EMBEDDING, slices(new ParameterGroup.Embedding()), List.of()));
        }
        drafts.addAll(layers());
        List<TensorSlice> norm = slices(new ParameterGroup.FinalNorm());
        if (settings.includeHead()) {
            drafts.addAll(outside("includeHead", HEAD, slices(new ParameterGroup.Head()), norm));
        } else if (settings.includeFinalNorm()) {
            drafts.add(new Draft("includeFinalNorm", FINAL_NORM, norm));
        }
        refuseOverlaps(drafts);
        List<Block> blocks = withAlwaysActive(drafts);
        if (!problems.isEmpty()) {
            throw new PartitionException(problems);
        }
        return blocks;
    }

    private List<Draft> layers() {
        return switch (settings.layers()) {
            case Partitioning.Layers _ -> perLayer(_ -> "");
            case Partitioning.Halves _ ->
                perLayer(role ->
                        LayerHalf.of(role).map(half -> "." + half.word()).orElse(""));
            case Partitioning.Matrices _ -> matrices();
            case Partitioning.Custom custom -> custom(custom.blocks());
        };
    }

    /** What a role adds to the id of its layer's block. */
    private interface Suffix {
        String of(TensorRole role);
    }

    private List<Draft> perLayer(Suffix suffix) {
        List<Draft> drafts = new ArrayList<>();
        for (ParameterGroup group : layerGroups()) {
            Map<String, List<TensorSlice>> byId = new LinkedHashMap<>();
            for (ExpectedTensor tensor : structure.tensorsOf(group)) {
                byId.computeIfAbsent(group.id() + suffix.of(tensor.role()), absent -> new ArrayList<>())
                        .add(TensorSlice.whole(tensor));
            }
            byId.forEach((id, slices) -> drafts.add(new Draft("layers", id, slices)));
        }
        return drafts;
    }

    /** A family may lack the matrix a norm would go with, having it fused with another: then the first of the same half takes the norm. */
    private List<Draft> matrices() {
        List<Draft> drafts = new ArrayList<>();
        for (ParameterGroup group : layerGroups()) {
            List<ExpectedTensor> tensors = structure.tensorsOf(group);
            Map<TensorRole, List<TensorSlice>> byMatrix = new EnumMap<>(TensorRole.class);
            tensors.stream()
                    .filter(tensor -> tensor.shape().size() > 1)
                    .forEach(matrix -> byMatrix.put(matrix.role(), new ArrayList<>()));
            for (ExpectedTensor tensor : tensors) {
                TensorRole home = LayerHalf.home(tensor.role());
                byMatrix.getOrDefault(home, byMatrix.get(firstOfHalf(byMatrix, tensor.role())))
                        .add(TensorSlice.whole(tensor));
            }
            byMatrix.forEach((role, slices) ->
                    drafts.add(new Draft("layers", group.id() + "." + BlockSelector.word(role), slices)));
        }
        return drafts;
    }

    private static TensorRole firstOfHalf(Map<TensorRole, List<TensorSlice>> byMatrix, TensorRole role) {
        return byMatrix.keySet().stream()
                .filter(matrix -> LayerHalf.of(matrix).equals(LayerHalf.of(role)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a layer has no matrix beside " + role));
    }

    private List<Draft> custom(List<List<String>> blocks) {
        if (blocks.isEmpty()) {
            problems.add(new PartitionProblem.NoBlocks("blocks"));
        }
        List<Draft> drafts = new ArrayList<>();
        for (int b = 0; b < blocks.size(); b++) {
            String subject = "blocks[" + b + "]";
            int before = problems.size();
            List<TensorSlice> slices = selected(subject, blocks.get(b));
            if (blocks.get(b).isEmpty()) {
                problems.add(new PartitionProblem.EmptyBlock(subject));
            } else if (slices.isEmpty() && problems.size() == before) {
                problems.add(new PartitionProblem.NothingToTrain(
                        subject, "custom." + b, "the model has none of " + String.join(", ", blocks.get(b)) + why()));
            }
            drafts.add(new Draft(subject, "custom." + b, slices));
        }
        return drafts;
    }

    private String why() {
        return structure.configuration().tiedEmbeddings() ? " (its head is tied to the embedding)" : "";
    }

    private List<TensorSlice> selected(String subject, List<String> selectors) {
        List<TensorSlice> slices = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        for (String written : selectors) {
            BlockSelector.Selection selection = selector.select(subject, written);
            selection.problem().ifPresent(problems::add);
            for (TensorSlice slice : selection.slices()) {
                if (slices.stream().anyMatch(other -> other.tensor().equals(slice.tensor()))) {
                    twice.add(slice.describe());
                } else {
                    slices.add(slice);
                }
            }
        }
        if (!twice.isEmpty()) {
            problems.add(new PartitionProblem.NamedTwice(subject, twice));
        }
        return slices;
    }

    /** Embedding or head, whole or in row-blocks of nearly equal size; what travels along is in the first. */
    private List<Draft> outside(String subject, String id, List<TensorSlice> matrix, List<TensorSlice> along) {
        List<TensorSlice> whole = new ArrayList<>(along);
        whole.addAll(matrix);
        if (matrix.isEmpty() || settings.rowBlockParameters().isEmpty()) {
            return List.of(new Draft(subject, id, whole));
        }
        TensorSlice all = matrix.getFirst();
        long asked = settings.rowBlockParameters().getAsLong();
        long most = asked == PartitionSettings.AS_THE_LARGEST_LAYER ? largestLayer() : asked;
        if (most < all.rowElements()) {
            if (problems.stream().noneMatch(PartitionProblem.RowBlockTooSmall.class::isInstance)) {
                problems.add(new PartitionProblem.RowBlockTooSmall("rowBlockParameters", most, all.rowElements()));
            }
            return List.of();
        }
        long pieces = Math.ceilDiv(all.rows(), most / all.rowElements());
        if (pieces == 1) {
            return List.of(new Draft(subject, id, whole));
        }
        List<Draft> drafts = new ArrayList<>();
        for (long piece = 0; piece < pieces; piece++) {
            long first = all.rows() * piece / pieces;
            long end = all.rows() * (piece + 1) / pieces;
            List<TensorSlice> slices = new ArrayList<>(piece == 0 ? along : List.of());
            slices.add(new TensorSlice(all.tensor(), first, end - first));
            drafts.add(new Draft(subject, id + ".rows." + piece, slices));
        }
        return drafts;
    }

    private long largestLayer() {
        return layerGroups().stream().mapToLong(structure::parameterCount).max().orElseThrow();
    }

    private void refuseOverlaps(List<Draft> drafts) {
        Map<String, List<Draft>> byTensor = new LinkedHashMap<>();
        for (Draft draft : drafts) {
            Map<String, List<String>> shared = new LinkedHashMap<>();
            for (TensorSlice slice : draft.slices()) {
                List<Draft> earlier = byTensor.computeIfAbsent(slice.tensor().name(), absent -> new ArrayList<>());
                earlier.stream()
                        .filter(other -> other.slices().stream().anyMatch(slice::overlaps))
                        .forEach(other -> shared.computeIfAbsent(other.id(), absent -> new ArrayList<>())
                                .add(slice.describe()));
                earlier.add(draft);
            }
            shared.forEach(
                    (other, tensors) -> problems.add(new PartitionProblem.Overlap(draft.subject(), other, tensors)));
        }
    }

    /** What every block trains is taken out of the partition first: a block must have something of its own. */
    private List<Block> withAlwaysActive(List<Draft> drafts) {
        List<TensorSlice> always = selected("alwaysActive", settings.alwaysActive());
        List<Block> blocks = new ArrayList<>();
        for (Draft draft : drafts) {
            List<TensorSlice> slices = new ArrayList<>(draft.slices());
            List<TensorSlice> shared = slices.stream()
                    .filter(slice -> always.stream().anyMatch(slice::overlaps))
                    .toList();
            slices.removeAll(shared);
            Optional<TensorSlice> cut =
                    shared.stream().filter(slice -> !always.contains(slice)).findFirst();
            if (cut.isPresent()) {
                problems.add(new PartitionProblem.Overlap(
                        "alwaysActive", draft.id(), List.of(cut.get().describe())));
                continue;
            }
            if (slices.isEmpty() && !shared.isEmpty()) {
                problems.add(new PartitionProblem.NothingToTrain(
                        draft.subject(), draft.id(), "all of it is in alwaysActive; leave the block out"));
                continue;
            }
            slices.addAll(always);
            if (!slices.isEmpty()) {
                blocks.add(Block.of(draft.id(), structure, slices));
            }
        }
        return List.copyOf(blocks);
    }

    private List<TensorSlice> slices(ParameterGroup group) {
        return structure.tensorsOf(group).stream().map(TensorSlice::whole).toList();
    }

    private List<ParameterGroup> layerGroups() {
        return structure.groups().stream()
                .filter(ParameterGroup.Layer.class::isInstance)
                .toList();
    }
}
