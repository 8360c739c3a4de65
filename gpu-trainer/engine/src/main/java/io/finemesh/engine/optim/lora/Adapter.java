package io.finemesh.engine.optim.lora;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.moment.EpsilonPlacement;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.moment.Moments;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A matrix of low rank beside a frozen one: y = x Wᵀ + s (x Aᵀ) Bᵀ. A starts random, B at zero, both and their moments are 32-bit floats. Owns native memory
 * until closed.
 */
final class Adapter implements AutoCloseable {
    private static final String SUFFIX = ".weight";
    private static final String A = "lora_a.";
    private static final String B = "lora_b.";

    private final GroupLayout.Part part;
    private final Tensor down; // A, [r, in]
    private final Tensor up; // B, [out, r]
    private final Moments ofDown;
    private final Moments ofUp;
    private Tensor downGradient; // of the present step; null before the first row
    private Tensor upGradient;

    Adapter(
            GroupLayout.Part part,
            int rank,
            AdamHyperparameters adam,
            long seed,
            Optional<TensorSource> saved,
            long updates) {
        this.part = part;
        long outputs = part.shape().get(0);
        long inputs = part.shape().get(1);
        this.ofDown = Moments.of(MomentKind.ADAMW, adam, EpsilonPlacement.AFTER_CORRECTION, rank, inputs);
        this.ofUp = Moments.of(MomentKind.ADAMW, adam, EpsilonPlacement.AFTER_CORRECTION, outputs, rank);
        // As in PEFT: uniform within 1 / sqrt(inputs), which is Kaiming's bound for a slope of sqrt(5).
        SplittableRandom random = new SplittableRandom(seed);
        float bound = (float) (1 / Math.sqrt(inputs));
        float[] values = new float[Math.toIntExact(rank * inputs)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (2 * (float) random.nextDouble() - 1) * bound;
        }
        this.down = TensorScope.own(TensorBytes.floats(values, rank, inputs));
        this.up = TensorScope.own(TensorBytes.floats(new float[Math.toIntExact(outputs * rank)], outputs, rank));
        saved.ifPresent(source -> {
            Moments.restore(down, source, A + part.name());
            Moments.restore(up, source, B + part.name());
            ofDown.restore(source, A + part.name(), updates);
            ofUp.restore(source, B + part.name(), updates);
        });
    }

    /** Name of the adapted weight. */
    String name() {
        return part.name();
    }

    /** The module's own name, such as {@code q_proj}. */
    static String module(String weight) {
        String module = weight.endsWith(SUFFIX) ? weight.substring(0, weight.length() - SUFFIX.length()) : weight;
        return module.substring(module.lastIndexOf('.') + 1);
    }

    long firstRow() {
        return part.firstRow();
    }

    long rows() {
        return part.shape().getFirst();
    }

    /** s (x Aᵀ) Bᵀ, [T, out], in the innermost scope. */
    Tensor output(Tensor input, double scaling) {
        return input.mm(down.t()).mul(new Scalar(scaling)).mm(up.t());
    }

    /**
     * Adds one row's gradients.
     *
     * @param input x, [T, in]
     * @param slopeOfSlot dY of the whole slot
     */
    void add(Tensor input, Tensor slopeOfSlot, double scaling) {
        try (TensorScope _ = TensorScope.open(part.name());
                NoGradGuard _ = new NoGradGuard()) {
            Tensor slope = slopeOfSlot.narrow(1, firstRow(), rows()).mul(new Scalar(scaling)); // [T, out]
            Tensor ofUpRow = slope.t().mm(input.mm(down.t())); // [out, r]
            Tensor ofDownRow = slope.mm(up).t().mm(input); // [r, in]
            if (upGradient == null) {
                upGradient = TensorScope.own(ofUpRow);
                downGradient = TensorScope.own(ofDownRow);
            } else {
                upGradient.add_(ofUpRow);
                downGradient.add_(ofDownRow);
            }
        }
    }

    /** Squared norm of the present step's gradients. */
    double normSquared() {
        try (TensorScope _ = TensorScope.open("norm");
                NoGradGuard _ = new NoGradGuard()) {
            double ofUpGradient = upGradient.norm().item_double();
            double ofDownGradient = downGradient.norm().item_double();
            return ofUpGradient * ofUpGradient + ofDownGradient * ofDownGradient;
        }
    }

    void update(double learningRate, double gradientScale, double decay) {
        try (TensorScope _ = TensorScope.open("update of " + part.name());
                NoGradGuard _ = new NoGradGuard()) {
            step(down, downGradient, ofDown, learningRate, gradientScale, decay);
            step(up, upGradient, ofUp, learningRate, gradientScale, decay);
        }
    }

    private static void step(
            Tensor weights, Tensor gradient, Moments moments, double rate, double gradientScale, double decay) {
        gradient.mul_(new Scalar(gradientScale));
        weights.mul_(new Scalar(1 - rate * decay));
        moments.update(weights, gradient, rate);
    }

    /** Forgets the present step's gradients. */
    void discard() {
        if (upGradient != null) {
            upGradient.close();
            downGradient.close();
            upGradient = null;
            downGradient = null;
        }
    }

    /** s B A, [out, in], in the innermost scope. */
    Tensor product(double scaling) {
        return up.mm(down).mul_(new Scalar(scaling));
    }

    /** Copies of matrices and moments. */
    List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>(List.of(data(A + name(), down), data(B + name(), up)));
        tensors.addAll(ofDown.export(A + name()));
        tensors.addAll(ofUp.export(B + name()));
        return tensors;
    }

    /** Copies of the matrices as PEFT names them. */
    List<TensorData> peft() {
        String module = "base_model.model." + name().substring(0, name().length() - SUFFIX.length());
        return List.of(data(module + ".lora_A.weight", down), data(module + ".lora_B.weight", up));
    }

    private static TensorData data(String name, Tensor tensor) {
        return new TensorData(name, Dtype.F32, List.of(tensor.size(0), tensor.size(1)), TensorBytes.write(tensor));
    }

    long bytes() {
        return down.nbytes() + up.nbytes() + ofDown.bytes() + ofUp.bytes();
    }

    @Override
    public void close() {
        discard();
        down.close();
        up.close();
        ofDown.close();
        ofUp.close();
    }
}
