package io.finemesh.engine.optim.moment;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.adam.FusedAdamW;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Adam's moments as 32-bit floats, whatever the precision of the weights: a second moment in bf16 sticks once a decay of 0.1 % is below half its last bit. */
public final class AdamMoments implements Moments {
    private static final String FIRST = "first_moment.";
    private static final String SECOND = "second_moment.";

    private final AdamHyperparameters settings;
    private final EpsilonPlacement placement;
    private final Tensor first;
    private final Tensor second;
    private final List<Long> shape = new ArrayList<>();
    private long updates;

    AdamMoments(AdamHyperparameters settings, EpsilonPlacement placement, long... shape) {
        this.settings = settings;
        this.placement = placement;
        this.first = TensorScope.own(TensorBytes.empty(ScalarType.Float, shape));
        this.second = TensorScope.own(TensorBytes.empty(ScalarType.Float, shape));
        for (long extent : shape) {
            this.shape.add(extent);
        }
        reset();
    }

    @Override
    public long updates() {
        return updates;
    }

    @Override
    public void update(Tensor weight, Tensor gradient, double learningRate) {
        updates++;
        FusedAdamW.step(
                List.of(weight),
                List.of(gradient),
                List.of(first),
                List.of(second),
                updates,
                learningRate,
                0,
                Moments.placed(settings, placement, updates));
    }

    @Override
    public double correction() {
        return Moments.correction(settings, updates);
    }

    @Override
    public void reset() {
        try (TensorScope _ = TensorScope.open("no moments")) {
            first.zero_();
            second.zero_();
        }
        updates = 0;
    }

    @Override
    public void transform(UnaryOperator<Tensor> ofFirst, UnaryOperator<Tensor> ofSecond) {
        try (TensorScope _ = TensorScope.open("transformed moments");
                NoGradGuard _ = new NoGradGuard()) {
            first.copy_(ofFirst.apply(first));
            second.copy_(Moments.nonNegative(ofSecond.apply(second)));
        }
    }

    @Override
    public List<TensorData> export(String name) {
        return List.of(
                new TensorData(FIRST + name, Dtype.F32, shape, TensorBytes.write(first)),
                new TensorData(SECOND + name, Dtype.F32, shape, TensorBytes.write(second)));
    }

    @Override
    public void restore(TensorSource source, String name, long updatesThen) {
        Moments.restore(first, source, FIRST + name);
        Moments.restore(second, source, SECOND + name);
        updates = updatesThen;
    }

    @Override
    public long bytes() {
        return 2 * first.numel() * Float.BYTES;
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
