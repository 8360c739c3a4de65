package io.finemesh.engine.model;

import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A layer that is not trained at present: its matrices as 8-bit integers with one 32-bit scale per {@value #GROUP} consecutive elements, 1.016 bytes per
 * element; norms and biases as they are stored. A weight is its code times its group's scale, at most half a scale from the exact one; zeros stay zeros.
 *
 * <p>Nothing here is ever written back: the exact weights are those of the checkpoint the model was loaded from, and {@link Decoder#holdExactly} reads them
 * again before the layer is trained. Scales are symmetric, so that a group of one sign keeps the bound as well (the asymmetric form of Q-GaLore, arXiv
 * 2407.08296, clips such groups).
 */
public final class QuantizedGroup implements StoredGroup {
    /** Consecutive elements of a matrix, in C order, that share a scale; the last group may be short. */
    public static final int GROUP = 256;

    private static final int LARGEST_CODE = 127;
    /** 4 MiB of 32-bit floats. */
    private static final long GROUPS_AT_A_TIME = (1 << 20) / GROUP;

    private final GroupLayout layout;
    private final Precision precision; // in which the exact weights are stored
    private final Map<WeightSlot, Codes> matrices = new EnumMap<>(WeightSlot.class);
    private final Map<WeightSlot, Tensor> others = new EnumMap<>(WeightSlot.class);

    /**
     * A matrix.
     *
     * @param codes [groups * 256] signed bytes, filled up with zeros
     * @param scales [groups, 1] 32-bit floats
     */
    private record Codes(Tensor codes, Tensor scales) {
        Tensor widened(List<Long> shape) {
            long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
            long elements = shape.stream().reduce(1L, Math::multiplyExact);
            Tensor wide = codes.to(ScalarType.Float).view(-1, GROUP).mul_(scales);
            return wide.view(-1).narrow(0, 0, elements).view(sizes);
        }

        long bytes() {
            return codes.nbytes() + scales.nbytes();
        }
    }

    private QuantizedGroup(GroupLayout layout, Precision precision) {
        this.layout = layout;
        this.precision = precision;
    }

    /** Quantizes a group, each element to the nearest code. The exact weights stay the caller's. */
    public static QuantizedGroup of(GroupTensors exact) {
        QuantizedGroup quantized = new QuantizedGroup(exact.layout(), exact.precision());
        try (TensorScope _ = TensorScope.open("8-bit " + exact.layout().group().id());
                NoGradGuard _ = new NoGradGuard()) {
            for (GroupLayout.Entry entry : exact.layout().entries()) {
                Tensor weights = exact.get(entry.slot());
                if (entry.slot().isMatrix()) {
                    quantized.matrices.put(entry.slot(), codes(weights.view(-1)));
                } else {
                    quantized.others.put(entry.slot(), TensorScope.own(weights.clone()));
                }
            }
            return quantized;
        } catch (RuntimeException failed) {
            quantized.close();
            throw failed;
        }
    }

    private static Codes codes(Tensor flat) {
        long elements = flat.numel();
        long groups = Math.ceilDiv(elements, GROUP);
        Tensor codes = TensorScope.own(TensorBytes.empty(ScalarType.Char, groups * GROUP));
        Tensor scales = TensorScope.own(TensorBytes.empty(ScalarType.Float, groups, 1));
        for (long group = 0; group < groups; group += GROUPS_AT_A_TIME) {
            try (TensorScope _ = TensorScope.open("some groups")) {
                long count = Math.min(GROUPS_AT_A_TIME, groups - group);
                long present = Math.min(count * GROUP, elements - group * GROUP);
                Tensor values = flat.narrow(0, group * GROUP, present).to(ScalarType.Float);
                Tensor filled = torch.constant_pad_nd(values, new long[] {0, count * GROUP - present})
                        .view(count, GROUP);
                Tensor largest = filled.abs().amax(new long[] {1}, true); // [count, 1]
                Tensor scale = largest.div(new Scalar((double) LARGEST_CODE));
                // A group of zeros has scale 0; dividing by 1 instead keeps its codes zero.
                Tensor divisor = scale.add(scale.eq(new Scalar(0.0)).to(ScalarType.Float));
                Tensor rounded = filled.div(divisor)
                        .round_()
                        .clamp_min_(new Scalar((double) -LARGEST_CODE))
                        .clamp_max_(new Scalar((double) LARGEST_CODE));
                codes.narrow(0, group * GROUP, count * GROUP).copy_(rounded.view(-1));
                scales.narrow(0, group, count).copy_(scale);
            }
        }
        return new Codes(codes, scales);
    }

    @Override
    public GroupLayout layout() {
        return layout;
    }

    /** The nearest weights of 8 bits, as copies that the innermost scope owns. */
    @Override
    public SlotTensors computed() {
        ScalarType type = precision.arithmetic();
        Map<WeightSlot, Tensor> wide = new EnumMap<>(WeightSlot.class);
        try (NoGradGuard _ = new NoGradGuard()) {
            for (GroupLayout.Entry entry : layout.entries()) {
                Codes codes = matrices.get(entry.slot());
                wide.put(
                        entry.slot(),
                        (codes == null ? others.get(entry.slot()) : codes.widened(entry.shape())).to(type));
            }
        }
        return wide::get;
    }

    @Override
    public long bytes() {
        return matrices.values().stream().mapToLong(Codes::bytes).sum()
                + others.values().stream().mapToLong(Tensor::nbytes).sum();
    }

    @Override
    public void close() {
        matrices.values().forEach(matrix -> {
            matrix.codes().close();
            matrix.scales().close();
        });
        others.values().forEach(Tensor::close);
    }
}
