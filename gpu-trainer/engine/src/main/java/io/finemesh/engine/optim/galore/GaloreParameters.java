package io.finemesh.engine.optim.galore;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.InvalidMethodException;
import io.finemesh.engine.optim.OptimizerStep;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.moment.Moments;
import io.finemesh.engine.optim.precision.StoredWeights;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.plan.schedule.SubspaceSchedule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * GaLore (Zhao and others, arXiv 2403.03507): the optimizer works on the gradients of linear maps projected on a subspace, which is found anew every so many
 * updates; all other tensors are trained without projection. The gradient of a projected matrix is never formed between refreshes.
 *
 * <p>Arithmetic as in the reference implementation (galore_torch): the update first, decoupled decay after it. Deviations, each for a defect there: gradients
 * are projected and summed over micro-batches, so that accumulation, clipping and skipping work with layer-wise memory; moments are 32-bit or 8-bit whatever
 * the weights are; a gradient that is not finite never becomes a basis; everything can be saved.
 */
public final class GaloreParameters implements ActiveParameters {
    private final String id;
    private final GaloreSettings settings;
    private final AdamHyperparameters adam;
    private final boolean fullNorm;
    private final Map<ParameterGroup, Group> groups = new LinkedHashMap<>();
    private long updates;

    /**
     * A trained group.
     *
     * @param projected matrices of each projected slot, in the order of their rows
     * @param dense moments of each other slot
     */
    record Group(
            StoredWeights weights, Map<WeightSlot, List<ProjectedMatrix>> projected, Map<WeightSlot, Moments> dense) {
        Stream<ProjectedMatrix> matrices() {
            return projected.values().stream().flatMap(List::stream);
        }
    }

    private GaloreParameters(
            String id,
            List<GroupTensors> trained,
            GaloreSettings settings,
            AdamHyperparameters adam,
            boolean clipped,
            long seed,
            List<StoredWeights> weights) {
        this.id = id;
        this.settings = settings;
        this.adam = adam;
        this.fullNorm = clipped && settings.norm() == NormKind.FULL;
        List<GroupLayout.Part> parts =
                targets(trained.stream().map(GroupTensors::layout).toList(), settings);
        SubspaceSchedule schedule =
                new SubspaceSchedule(settings.updateInterval(), settings.staggered(), Math.max(1, parts.size()));
        int next = 0;
        for (int g = 0; g < trained.size(); g++) {
            GroupLayout layout = trained.get(g).layout();
            Map<WeightSlot, List<ProjectedMatrix>> projected = new EnumMap<>(WeightSlot.class);
            Map<WeightSlot, Moments> dense = new EnumMap<>(WeightSlot.class);
            for (GroupLayout.Entry entry : layout.entries()) {
                if (projects(layout, entry, settings)) {
                    List<ProjectedMatrix> matrices = new ArrayList<>();
                    for (GroupLayout.Part part : entry.parts()) {
                        matrices.add(new ProjectedMatrix(part, settings, adam, schedule, next++, seed));
                    }
                    projected.put(entry.slot(), matrices);
                } else {
                    long[] shape =
                            entry.shape().stream().mapToLong(Long::longValue).toArray();
                    dense.put(entry.slot(), Moments.of(settings.moments(), adam, settings.epsilon(), shape));
                }
            }
            groups.put(layout.group(), new Group(weights.get(g), projected, dense));
        }
    }

    /**
     * Begins training without a past.
     *
     * @param id what is active, for reports and states
     * @param trained stored weights of the trained groups; they stay the caller's
     * @param clipped whether gradients are clipped by their global norm, so that it must be known
     * @param seed of stochastic rounding and random starts
     * @throws InvalidMethodException naming every matrix the rank does not fit
     */
    public static GaloreParameters enter(
            String id,
            List<GroupTensors> trained,
            GaloreSettings settings,
            AdamHyperparameters adam,
            WeightRounding rounding,
            boolean clipped,
            long seed) {
        check(trained.stream().map(GroupTensors::layout).toList(), settings);
        List<StoredWeights> weights = trained.stream()
                .map(group -> StoredWeights.enter(group, rounding, seed))
                .toList();
        return new GaloreParameters(id, trained, settings, adam, clipped, seed, weights);
    }

    /**
     * Goes on where a training state left off.
     *
     * @param saved as {@link #export} wrote it
     * @param updates made so far
     */
    public static GaloreParameters resume(
            String id,
            List<GroupTensors> trained,
            GaloreSettings settings,
            AdamHyperparameters adam,
            WeightRounding rounding,
            boolean clipped,
            long seed,
            TensorSource saved,
            long updates) {
        check(trained.stream().map(GroupTensors::layout).toList(), settings);
        List<StoredWeights> weights = trained.stream()
                .map(group -> StoredWeights.resume(group, rounding, seed, saved))
                .toList();
        GaloreParameters parameters = new GaloreParameters(id, trained, settings, adam, clipped, seed, weights);
        parameters.updates = updates;
        for (Group group : parameters.groups.values()) {
            group.matrices().forEach(matrix -> matrix.restore(saved));
            group.dense().forEach((slot, moments) -> moments.restore(saved, name(group, slot), updates));
        }
        return parameters;
    }

    /**
     * Refuses a rank that does not fit the matrices it is for.
     *
     * @param layouts of the trained groups
     * @throws InvalidMethodException naming every such matrix
     */
    public static void check(List<GroupLayout> layouts, GaloreSettings settings) {
        List<Problem> problems = new ArrayList<>();
        for (GroupLayout.Part part : targets(layouts, settings)) {
            long most = Math.min(part.shape().get(0), part.shape().get(1));
            if (settings.rank() > most) {
                problems.add(new Problem(
                        "galore_rank",
                        settings.rank() + " for " + part.name() + ", whose smaller side is " + most,
                        "1 to " + most));
            }
        }
        InvalidMethodException.throwIfAny("GaLore", problems);
    }

    private static List<GroupLayout.Part> targets(List<GroupLayout> layouts, GaloreSettings settings) {
        return layouts.stream()
                .flatMap(layout -> layout.entries().stream()
                        .filter(entry -> projects(layout, entry, settings))
                        .flatMap(entry -> entry.parts().stream()))
                .toList();
    }

    private static boolean projects(GroupLayout layout, GroupLayout.Entry entry, GaloreSettings settings) {
        return layout.group() instanceof ParameterGroup.Layer
                && settings.targets().contains(entry.slot());
    }

    private static String name(Group group, WeightSlot slot) {
        return group.weights().layout().group().id() + "/" + slot;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<ParameterGroup> groups() {
        return List.copyOf(groups.keySet());
    }

    @Override
    public OptimizerStep begin(long step) {
        return new GaloreStep(this, step);
    }

    /** The group's state. */
    Group group(ParameterGroup group) {
        return groups.get(group);
    }

    /** All groups in model order. */
    Map<ParameterGroup, Group> all() {
        return groups;
    }

    GaloreSettings settings() {
        return settings;
    }

    AdamHyperparameters adam() {
        return adam;
    }

    /** Whether the norm of whole gradients is wanted. */
    boolean fullNorm() {
        return fullNorm;
    }

    /** Counts an update that has been made. */
    void updated() {
        updates++;
    }

    @Override
    public long updates() {
        return updates;
    }

    /** Refreshes of all bases so far, first ones included. */
    public long refreshes() {
        return groups.values().stream()
                .flatMap(Group::matrices)
                .mapToLong(ProjectedMatrix::refreshes)
                .sum();
    }

    @Override
    public List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>();
        for (Group group : groups.values()) {
            tensors.addAll(group.weights().export());
            group.matrices().forEach(matrix -> tensors.addAll(matrix.export()));
            group.dense().forEach((slot, moments) -> tensors.addAll(moments.export(name(group, slot))));
        }
        return List.copyOf(tensors);
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (Group group : groups.values()) {
            bytes += group.weights().bytes();
            bytes += group.matrices().mapToLong(ProjectedMatrix::bytes).sum();
            bytes += group.dense().values().stream().mapToLong(Moments::bytes).sum();
        }
        return bytes;
    }

    @Override
    public void close() {
        for (Group group : groups.values()) {
            group.weights().close();
            group.matrices().forEach(ProjectedMatrix::close);
            group.dense().values().forEach(Moments::close);
        }
    }
}
