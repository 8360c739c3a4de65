package io.finemesh.engine.train;

import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.badam.ActiveBlock;
import io.finemesh.engine.optim.badam.SlicedBlock;
import io.finemesh.engine.optim.dense.DenseParameters;
import io.finemesh.engine.optim.galore.GaloreParameters;
import io.finemesh.engine.optim.lomo.LomoParameters;
import io.finemesh.engine.optim.lora.LoraParameters;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.plan.blocks.Block;
import java.util.List;
import java.util.Optional;

/** Makes parameters active as a plan's method says: the one place that knows which method is which class. */
final class Activation {
    private final TrainingPlan plan;
    private final String id;
    private final List<GroupTensors> stored;
    private final Optional<Block> sliced;

    /**
     * Of some parameter groups.
     *
     * @param id a block's, or a word for all parameters
     * @param stored weights of the groups
     * @param sliced the block, if it is finer than groups
     */
    Activation(TrainingPlan plan, String id, List<GroupTensors> stored, Optional<Block> sliced) {
        this.plan = plan;
        this.id = id;
        this.stored = List.copyOf(stored);
        this.sliced = sliced;
    }

    /** Without a past. */
    ActiveParameters enter() {
        return sliced.isPresent()
                ? SlicedBlock.of(stored, sliced.get().slices(), Optional.empty(), this::enter)
                : enter(stored);
    }

    /**
     * Where a training state left off.
     *
     * @param saved the state's tensors
     * @param updates made so far
     */
    ActiveParameters resume(TensorSource saved, long updates) {
        return sliced.isPresent()
                ? SlicedBlock.of(
                        stored, sliced.get().slices(), Optional.of(saved), slices -> resume(slices, saved, updates))
                : resume(stored, saved, updates);
    }

    private ActiveParameters enter(List<GroupTensors> trained) {
        return switch (plan.method()) {
            case Method.AdamW method ->
                plain(method)
                        ? ActiveBlock.enter(id, trained, method.adam())
                        : DenseParameters.enter(
                                id, trained, method.adam(), method.moments(), method.rounding(), plan.seed());
            case Method.BAdam method ->
                method.galore().isPresent()
                        ? GaloreParameters.enter(
                                id,
                                trained,
                                method.galore().get(),
                                method.adam(),
                                WeightRounding.MASTER,
                                clipped(),
                                plan.seed())
                        : method.moments() == MomentKind.ADAMW
                                ? ActiveBlock.enter(id, trained, method.adam())
                                : DenseParameters.enter(
                                        id,
                                        trained,
                                        method.adam(),
                                        method.moments(),
                                        WeightRounding.MASTER,
                                        plan.seed());
            case Method.GaLore method ->
                GaloreParameters.enter(
                        id, trained, method.galore(), method.adam(), method.rounding(), clipped(), plan.seed());
            case Method.Lora method -> LoraParameters.enter(id, trained, method.lora(), method.adam(), plan.seed());
            case Method.Lomo method ->
                LomoParameters.enter(id, trained, method.rule(), method.adam(), method.rounding(), plan.seed());
        };
    }

    private ActiveParameters resume(List<GroupTensors> trained, TensorSource saved, long updates) {
        return switch (plan.method()) {
            case Method.AdamW method ->
                plain(method)
                        ? ActiveBlock.resume(id, trained, method.adam(), saved, updates)
                        : DenseParameters.resume(
                                id,
                                trained,
                                method.adam(),
                                method.moments(),
                                method.rounding(),
                                plan.seed(),
                                saved,
                                updates);
            case Method.BAdam method ->
                method.galore().isPresent()
                        ? GaloreParameters.resume(
                                id,
                                trained,
                                method.galore().get(),
                                method.adam(),
                                WeightRounding.MASTER,
                                clipped(),
                                plan.seed(),
                                saved,
                                updates)
                        : method.moments() == MomentKind.ADAMW
                                ? ActiveBlock.resume(id, trained, method.adam(), saved, updates)
                                : DenseParameters.resume(
                                        id,
                                        trained,
                                        method.adam(),
                                        method.moments(),
                                        WeightRounding.MASTER,
                                        plan.seed(),
                                        saved,
                                        updates);
            case Method.GaLore method ->
                GaloreParameters.resume(
                        id,
                        trained,
                        method.galore(),
                        method.adam(),
                        method.rounding(),
                        clipped(),
                        plan.seed(),
                        saved,
                        updates);
            case Method.Lora method ->
                LoraParameters.resume(id, trained, method.lora(), method.adam(), plan.seed(), saved, updates);
            case Method.Lomo method ->
                LomoParameters.resume(
                        id, trained, method.rule(), method.adam(), method.rounding(), plan.seed(), saved, updates);
        };
    }

    /** One flat buffer and one pass over it: AdamW as it always was. */
    private static boolean plain(Method.AdamW method) {
        return method.moments() == MomentKind.ADAMW && method.rounding() == WeightRounding.MASTER;
    }

    private boolean clipped() {
        return Double.isFinite(plan.maxGradientNorm());
    }
}
