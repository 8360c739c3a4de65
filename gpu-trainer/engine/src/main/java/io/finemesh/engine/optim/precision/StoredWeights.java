package io.finemesh.engine.optim.precision;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The stored weights of a group together with what makes small updates reach them, by {@link WeightRounding}. Owns that, not the weights.
 */
public final class StoredWeights implements AutoCloseable {
    private static final String MASTER = "master.";
    private static final String COMPENSATION = "compensation.";

    private final GroupTensors stored;
    private final WeightRounding rounding;
    private final GroupTensors beside; // 32-bit master or bf16 compensation; null where neither is needed
    private final long seed;

    private StoredWeights(GroupTensors stored, WeightRounding rounding, long seed, Optional<TensorSource> saved) {
        this.stored = stored;
        this.rounding = rounding;
        this.seed = seed;
        this.beside = stored.precision() == Precision.FP32 ? null : beside(saved);
    }

    private GroupTensors beside(Optional<TensorSource> saved) {
        return switch (rounding) {
            case MASTER -> {
                if (saved.isPresent()) {
                    yield GroupTensors.read(stored.layout(), Precision.FP32, saved.get(), MASTER);
                }
                GroupTensors master = GroupTensors.zeros(stored.layout(), Precision.FP32);
                master.copyFrom(stored);
                yield master;
            }
            case KAHAN ->
                saved.isPresent()
                        ? GroupTensors.read(stored.layout(), Precision.BF16, saved.get(), COMPENSATION)
                        : GroupTensors.zeros(stored.layout(), Precision.BF16);
            case STOCHASTIC -> null;
        };
    }

    /**
     * Makes a group's weights ready to be updated.
     *
     * @param seed of stochastic rounding
     */
    public static StoredWeights enter(GroupTensors stored, WeightRounding rounding, long seed) {
        return new StoredWeights(stored, rounding, seed, Optional.empty());
    }

    /** The same from a saved state, as {@link #export} wrote it. */
    public static StoredWeights resume(GroupTensors stored, WeightRounding rounding, long seed, TensorSource saved) {
        return new StoredWeights(stored, rounding, seed, Optional.of(saved));
    }

    /** Where the group's tensors lie. */
    public GroupLayout layout() {
        return stored.layout();
    }

    /**
     * Changes the weights of a slot.
     *
     * @param step of the run, which keys random rounding
     * @param change works in place on 32-bit floats of the slot's shape, contiguous
     */
    public void update(WeightSlot slot, long step, Consumer<Tensor> change) {
        try (TensorScope _ = TensorScope.open("update of " + slot);
                NoGradGuard _ = new NoGradGuard()) {
            Tensor weights = stored.get(slot);
            if (stored.precision() == Precision.FP32) {
                change.accept(weights);
                return;
            }
            switch (rounding) {
                case MASTER -> {
                    change.accept(beside.get(slot));
                    weights.copy_(beside.get(slot));
                }
                case STOCHASTIC -> {
                    Tensor wide = weights.to(ScalarType.Float);
                    change.accept(wide);
                    StochasticRounding.round(wide, weights, StochasticRounding.key(seed, step, name(slot)));
                }
                case KAHAN -> {
                    Tensor cut = beside.get(slot);
                    Tensor wide = weights.to(ScalarType.Float).add_(cut);
                    change.accept(wide);
                    weights.copy_(wide);
                    cut.copy_(wide.sub_(weights));
                }
            }
        }
    }

    private String name(WeightSlot slot) {
        return stored.layout().group().id() + "/" + slot;
    }

    /** Copies of what a resumed run needs besides the stored weights. */
    public List<TensorData> export() {
        if (beside == null) {
            return List.of();
        }
        return beside.export(rounding == WeightRounding.MASTER ? MASTER : COMPENSATION);
    }

    /** Bytes of native memory beyond the stored weights. */
    public long bytes() {
        return beside == null ? 0 : beside.bytes();
    }

    @Override
    public void close() {
        if (beside != null) {
            beside.close();
        }
    }
}
