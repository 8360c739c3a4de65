package io.finemesh.engine.optim.moment;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.kernel.AdamStep;
import io.finemesh.engine.kernel.FusedKernels;
import io.finemesh.engine.kernel.MomentCodes;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.adam.FusedAdamW;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Adam's moments in 8 bits, block by block (arXiv 2110.02861). The weight is moved with the moments as they are before they are quantized again.
 *
 * <p>A device with a kernel for it takes the step in one pass. Elsewhere some blocks are widened at a time, so that the 32-bit copies stay small and in the
 * processor's cache.
 */
public final class QuantizedMoments implements Moments {
    private static final String FIRST = "first_moment.";
    private static final String SECOND = "second_moment.";
    /** A mebielement: 4 MiB of 32-bit floats. */
    private static final long BLOCKS_AT_A_TIME = (1 << 20) / BlockwiseCodes.BLOCK;

    private final Optional<FusedKernels> fused;
    private final AdamHyperparameters settings;
    private final EpsilonPlacement placement;
    private final BlockwiseCodes first;
    private final BlockwiseCodes second;
    private final long[] shape;
    private long updates;

    QuantizedMoments(AdamHyperparameters settings, EpsilonPlacement placement, long... shape) {
        this(DeviceKernels.adam(), settings, placement, shape);
    }

    /** @param fused what takes a step in one pass; a composition of operations does where there is none */
    QuantizedMoments(
            Optional<FusedKernels> fused, AdamHyperparameters settings, EpsilonPlacement placement, long... shape) {
        this.fused = fused;
        this.settings = settings;
        this.shape = shape.clone();
        long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        this.placement = placement;
        this.first = new BlockwiseCodes(DynamicMap.SIGNED, elements);
        this.second = new BlockwiseCodes(DynamicMap.UNSIGNED, elements);
    }

    @Override
    public long updates() {
        return updates;
    }

    @Override
    public void update(Tensor weight, Tensor gradient, double learningRate) {
        updates++;
        AdamHyperparameters placed = Moments.placed(settings, placement, updates);
        try (TensorScope _ = TensorScope.open("8-bit moments");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor weights = weight.view(-1);
            Tensor gradients = gradient.contiguous().view(-1);
            if (fused.isPresent()) {
                fused.get()
                        .adam8Step(
                                weights,
                                gradients,
                                new MomentCodes(first.codes(), second.codes(), first.scales(), second.scales()),
                                first.levels(),
                                second.levels(),
                                AdamStep.of(
                                        updates, learningRate, placed.beta1(), placed.beta2(), placed.epsilon(), 0, 1));
                return;
            }
            for (long block = 0; block < first.blocks(); block += BLOCKS_AT_A_TIME) {
                try (TensorScope _ = TensorScope.open("blocks")) {
                    long count = Math.min(BLOCKS_AT_A_TIME, first.blocks() - block);
                    long from = block * BlockwiseCodes.BLOCK;
                    long elements = Math.min(count * BlockwiseCodes.BLOCK, first.length() - from);
                    Tensor wideFirst = first.read(block, count);
                    Tensor wideSecond = second.read(block, count);
                    FusedAdamW.step(
                            List.of(weights.narrow(0, from, elements)),
                            List.of(gradients.narrow(0, from, elements)),
                            List.of(wideFirst.narrow(0, 0, elements)),
                            List.of(wideSecond.narrow(0, 0, elements)),
                            updates,
                            learningRate,
                            0,
                            placed);
                    first.write(block, count, wideFirst);
                    second.write(block, count, wideSecond);
                }
            }
        }
    }

    @Override
    public double correction() {
        return Moments.correction(settings, updates);
    }

    @Override
    public void reset() {
        first.clear();
        second.clear();
        updates = 0;
    }

    @Override
    public void transform(UnaryOperator<Tensor> ofFirst, UnaryOperator<Tensor> ofSecond) {
        try (TensorScope _ = TensorScope.open("transformed moments");
                NoGradGuard _ = new NoGradGuard()) {
            first.write(ofFirst.apply(first.read().view(shape)));
            second.write(Moments.nonNegative(ofSecond.apply(second.read().view(shape))));
        }
    }

    @Override
    public List<TensorData> export(String name) {
        List<TensorData> tensors = new ArrayList<>(first.export(FIRST + name));
        tensors.addAll(second.export(SECOND + name));
        return tensors;
    }

    @Override
    public void restore(TensorSource source, String name, long updatesThen) {
        first.restore(source, FIRST + name);
        second.restore(source, SECOND + name);
        updates = updatesThen;
    }

    @Override
    public long bytes() {
        return first.bytes() + second.bytes();
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
