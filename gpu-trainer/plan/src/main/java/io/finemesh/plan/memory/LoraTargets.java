package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.model.TensorRole;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The linear modules that LoRA can adapt, by the names they have in checkpoints: the matrices of the layers. */
public final class LoraTargets {
    /** Every one of them. */
    public static final String ALL = "all";

    private static final String SUFFIX = ".weight";

    private LoraTargets() {}

    /** Roles of the modules so named; those the model has not are left out. */
    public static Set<TensorRole> roles(ModelStructure structure, Collection<String> targets) {
        return matrices(structure)
                .filter(tensor -> targets.contains(ALL) || targets.contains(module(tensor)))
                .map(ExpectedTensor::role)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Names that no linear module of the model has. */
    public static List<Problem> problems(ModelStructure structure, Collection<String> targets) {
        Set<String> modules =
                matrices(structure).map(LoraTargets::module).collect(Collectors.toCollection(TreeSet::new));
        return targets.stream()
                .filter(target -> !target.equals(ALL) && !modules.contains(target))
                .distinct()
                .map(target -> new Problem("lora_target", target, "all, or of " + String.join(", ", modules)))
                .toList();
    }

    private static Stream<ExpectedTensor> matrices(ModelStructure structure) {
        return structure.tensors().stream()
                .filter(tensor -> tensor.group() instanceof ParameterGroup.Layer
                        && tensor.shape().size() == 2);
    }

    private static String module(ExpectedTensor tensor) {
        String name = tensor.name();
        String module = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
        return module.substring(module.lastIndexOf('.') + 1);
    }
}
