package io.finemesh.engine.optim.moment;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What is kept of the past gradients of one tensor, and the direction it gives. Weight decay is not its business. Owns native memory until closed. */
public sealed interface Moments extends AutoCloseable permits AdamMoments, QuantizedMoments, FactoredMoments {
    /** Tensors with fewer elements keep 32-bit moments where 8 bits are asked for: they are few, and norms react badly. */
    int LEAST_QUANTIZED = 4096;

    /**
     * No gradient seen yet.
     *
     * @param shape of the gradients
     */
    static Moments of(MomentKind kind, AdamHyperparameters settings, EpsilonPlacement placement, long... shape) {
        long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        return switch (kind) {
            case ADAMW -> new AdamMoments(settings, placement, shape);
            case ADAMW_8BIT ->
                elements < LEAST_QUANTIZED
                        ? new AdamMoments(settings, placement, shape)
                        : new QuantizedMoments(settings, placement, shape);
            case ADAFACTOR -> new FactoredMoments(shape);
        };
    }

    /** Gradients taken in since the beginning or the last {@link #reset}. */
    long updates();

    /**
     * Takes a gradient in and moves a tensor against the direction that results, bias correction included: w -= learningRate * direction.
     *
     * @param weight contiguous 32-bit floats, changed in place
     * @param gradient of the same shape
     */
    void update(Tensor weight, Tensor gradient, double learningRate);

    /** Takes a gradient in and gives the direction that results, bias correction included, in the innermost scope. */
    default Tensor direction(Tensor gradient) {
        try (TensorScope scope = TensorScope.open("direction");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor direction = torch.zeros_like(gradient);
            update(direction, gradient, -1);
            return scope.keep(direction);
        }
    }

    /** By what bias correction has lengthened the last direction. */
    double correction();

    /** Forgets all gradients. */
    void reset();

    /**
     * Rewrites the moments, as when the coordinates of the gradients change.
     *
     * @param first from old first moment to new
     * @param second from old second moment to new; what it makes negative is set to zero
     */
    void transform(UnaryOperator<Tensor> first, UnaryOperator<Tensor> second);

    /** Copies of all state, named after a weight. */
    List<TensorData> export(String name);

    /**
     * Takes over what {@link #export} gave.
     *
     * @param updates as {@link #updates} was then
     */
    void restore(TensorSource source, String name, long updates);

    /** Bytes of native memory. */
    long bytes();

    @Override
    void close();

    /** Bias correction of Adam's step after so many updates: sqrt(1 - beta2^t) / (1 - beta1^t). */
    static double correction(AdamHyperparameters settings, long updates) {
        return Math.sqrt(1 - Math.pow(settings.beta2(), updates)) / (1 - Math.pow(settings.beta1(), updates));
    }

    /** The settings whose epsilon, added after bias correction, acts as the given one where it is placed. */
    static AdamHyperparameters placed(AdamHyperparameters settings, EpsilonPlacement placement, long updates) {
        return switch (placement) {
            case AFTER_CORRECTION -> settings;
            case BEFORE_CORRECTION ->
                new AdamHyperparameters(
                        settings.beta1(),
                        settings.beta2(),
                        settings.epsilon() / Math.sqrt(1 - Math.pow(settings.beta2(), updates)),
                        settings.weightDecay(),
                        settings.decay());
        };
    }

    /** Reads a saved tensor of 32-bit floats into one that exists. */
    static void restore(Tensor target, TensorSource source, String name) {
        try (TensorScope _ = TensorScope.open(name);
                NoGradGuard _ = new NoGradGuard()) {
            TensorData data = source.data(name);
            long elements = data.shape().stream().reduce(1L, Math::multiplyExact);
            if (elements != target.numel()) {
                throw new IllegalArgumentException("tensor " + name + " has shape " + data.shape() + " where "
                        + target.numel() + " elements are needed; it was saved with other settings");
            }
            target.copy_(
                    TensorBytes.read(data.dtype(), data.shape(), data.bytes()).view(target.sizes()));
        }
    }

    /** Sets what is negative to zero, in place. */
    static Tensor nonNegative(Tensor second) {
        return second.clamp_min_(new Scalar(0.0));
    }
}
