package io.finemesh.plan.blocks;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.TensorRole;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names parts of a model by its structure: {@code embedding}, {@code final}, {@code head}; {@code layer.3}, {@code layer.0-7} or {@code layer.*}, each
 * also with {@code .attention}, {@code .mlp} or a role such as {@code .query} or {@code .down}; or a tensor of the weight file, or a whole
 * number of leading words of its name ({@code model.layers.1} is not {@code model.layers.11}). {@code [first:end]} after any of them takes rows.
 *
 * <p>Deviation from the reference implementation (BlockOptimizers, {@code block_optim.py}): there a prefix matches anywhere in a name.
 */
final class BlockSelector {
    /** Forms of a selector, for messages. */
    static final String ALLOWED =
            "embedding, final, head, layer.<i>, layer.<i>-<j> or layer.* with .attention, .mlp or .<role>, or a tensor name; "
                    + "each also with rows [first:end]";

    private static final Pattern ROWS = Pattern.compile("(.*)\\[([0-9]{1,18}):([0-9]{1,18})]");
    private static final Pattern LAYERS = Pattern.compile("layer\\.(\\*|[0-9]{1,9}(?:-[0-9]{1,9})?)(?:\\.([a-z_]+))?");
    private static final int NEAR = 4;

    private final ModelStructure structure;

    BlockSelector(ModelStructure structure) {
        this.structure = structure;
    }

    /** What was selected, or why nothing was. */
    record Selection(List<TensorSlice> slices, Optional<PartitionProblem> problem) {
        private static Selection of(List<TensorSlice> slices) {
            return new Selection(slices, Optional.empty());
        }

        private static Selection wrong(PartitionProblem problem) {
            return new Selection(List.of(), Optional.of(problem));
        }
    }

    /** The slices a selector names, in model order. Empty without a problem where it names something this model has none of, such as a bias. */
    Selection select(String subject, String selector) {
        Matcher rows = ROWS.matcher(selector);
        String path = rows.matches() ? rows.group(1) : selector;
        Optional<List<ExpectedTensor>> tensors = tensors(path);
        if (tensors.isEmpty()) {
            return Selection.wrong(new PartitionProblem.UnknownSelector(subject, selector, nearest(path), ALLOWED));
        }
        if (!rows.matches()) {
            return Selection.of(tensors.get().stream().map(TensorSlice::whole).toList());
        }
        long first = Long.parseLong(rows.group(2));
        long end = Long.parseLong(rows.group(3));
        long least = tensors.get().stream()
                .mapToLong(tensor -> tensor.shape().getFirst())
                .min()
                .orElse(0);
        if (first >= end || end > least) {
            return Selection.wrong(new PartitionProblem.RowsOutside(subject, selector, least));
        }
        return Selection.of(tensors.get().stream()
                .map(tensor -> new TensorSlice(tensor, first, end - first))
                .toList());
    }

    private Optional<List<ExpectedTensor>> tensors(String path) {
        Optional<ParameterGroup> group = ParameterGroup.withId(path);
        if (group.isPresent() && !(group.get() instanceof ParameterGroup.Layer)) {
            return Optional.of(structure.tensorsOf(group.get()));
        }
        Matcher layers = LAYERS.matcher(path);
        if (layers.matches()) {
            return inLayers(layers.group(1), Optional.ofNullable(layers.group(2)));
        }
        List<ExpectedTensor> named = structure.tensors().stream()
                .filter(tensor ->
                        tensor.name().equals(path) || tensor.name().startsWith(path.endsWith(".") ? path : path + "."))
                .toList();
        return named.isEmpty() ? Optional.empty() : Optional.of(named);
    }

    private Optional<List<ExpectedTensor>> inLayers(String range, Optional<String> part) {
        int count = structure.configuration().layerCount();
        int first = 0;
        int last = count - 1;
        if (!range.equals("*")) {
            String[] ends = range.split("-", 2);
            first = Integer.parseInt(ends[0]);
            last = Integer.parseInt(ends[ends.length - 1]);
        }
        if (first > last || last >= count || part.isPresent() && !parts().contains(part.get())) {
            return Optional.empty();
        }
        List<ExpectedTensor> tensors = new ArrayList<>();
        for (int layer = first; layer <= last; layer++) {
            structure.tensorsOf(new ParameterGroup.Layer(layer)).stream()
                    .filter(tensor -> part.isEmpty() || isPart(tensor.role(), part.get()))
                    .forEach(tensors::add);
        }
        return Optional.of(tensors);
    }

    /** Words after a layer: both halves, and every role a layer of some model has. */
    private static Set<String> parts() {
        Set<String> parts = new LinkedHashSet<>();
        for (TensorRole role : TensorRole.values()) {
            LayerHalf.of(role).ifPresent(half -> {
                parts.add(half.word());
                parts.add(word(role));
            });
        }
        return parts;
    }

    private static boolean isPart(TensorRole role, String part) {
        return word(role).equals(part)
                || LayerHalf.of(role).filter(half -> half.word().equals(part)).isPresent();
    }

    /** A role as in block ids and selectors. */
    static String word(TensorRole role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    private String nearest(String path) {
        Set<String> candidates = new LinkedHashSet<>();
        structure.groups().forEach(group -> {
            candidates.add(group.id());
            if (group instanceof ParameterGroup.Layer) {
                parts().forEach(part -> candidates.add(group.id() + "." + part));
            }
        });
        structure.tensors().forEach(tensor -> candidates.add(tensor.name()));
        String best = "";
        int least = NEAR;
        for (String candidate : candidates) {
            int distance = distance(path, candidate, least);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** Levenshtein distance, or {@code most} where it is that much or more. */
    private static int distance(String from, String to, int most) {
        if (Math.abs(from.length() - to.length()) >= most) {
            return most;
        }
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return Math.min(most, previous[to.length()]);
    }
}
