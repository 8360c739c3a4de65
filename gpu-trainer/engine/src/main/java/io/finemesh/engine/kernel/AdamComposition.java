package io.finemesh.engine.kernel;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What {@code adam_8bit_step} computes, written with LibTorch operations: readable, on any device, and several passes over memory. */
final class AdamComposition {
    private static final int BLOCK = FusedKernels.QUANTIZATION_BLOCK;

    private AdamComposition() {}

    /** One step on fp32 weights, codes and scales, in place; gradients are finite. */
    static void step(Tensor weights, Tensor gradient, MomentCodes moments, CodeMaps maps, AdamStep step) {
        Tensor slope = gradient.mul(new Scalar(step.gradientScale()));
        Tensor mean = decode(moments.meanCodes(), moments.meanScales(), maps.signed())
                .mul(new Scalar(step.beta1()))
                .add(slope.mul(new Scalar(step.meanShare())));
        Tensor variance = decode(moments.varianceCodes(), moments.varianceScales(), maps.unsigned())
                .mul(new Scalar(step.beta2()))
                .add(slope.square().mul(new Scalar(step.varianceShare())));
        Tensor direction = mean.div(variance.sqrt().add(new Scalar(step.denominatorEpsilon())));
        weights.sub_(direction.mul(new Scalar(step.stepSize()))).mul_(new Scalar(step.keep()));

        Tensor meanCodes = encode(mean, moments.meanScales(), maps.signed());
        Tensor signs = maps.signed().index_select(0, meanCodes);
        Tensor up = mean.gt(new Scalar(0)).bitwise_and(signs.lt(new Scalar(0))).to(ScalarType.Long);
        Tensor down =
                mean.lt(new Scalar(0)).bitwise_and(signs.ge(new Scalar(0))).to(ScalarType.Long);
        moments.meanCodes().copy_(meanCodes.add(up).sub(down));
        Tensor varianceCodes = encode(variance, moments.varianceScales(), maps.unsigned());
        Tensor lost = variance.gt(new Scalar(0)).bitwise_and(varianceCodes.eq(new Scalar(0)));
        moments.varianceCodes().copy_(varianceCodes.add(lost.to(ScalarType.Long)));
    }

    private static Tensor decode(Tensor codes, Tensor scales, Tensor map) {
        return map.index_select(0, codes.to(ScalarType.Long)).mul(perElement(scales, codes.numel()));
    }

    /** Writes the new scales, gives the nearest codes; halfway goes to the lower one. */
    private static Tensor encode(Tensor values, Tensor scales, Tensor map) {
        long count = values.numel();
        long padded = scales.numel() * BLOCK;
        Tensor blocks = torch.cat(tensors(values.abs(), values.new_zeros(padded - count)))
                .view(-1, BLOCK);
        scales.copy_(blocks.amax(new long[] {1}, false));
        Tensor divisors = perElement(scales, count);
        Tensor shares = torch.where(divisors.gt(new Scalar(0)), values.div(divisors), values.new_zeros(count));
        Tensor middles = map.slice(0, new LongOptional(0), new LongOptional(255), 1)
                .add(map.slice(0, new LongOptional(1), new LongOptional(256), 1))
                .mul(new Scalar(0.5f));
        return torch.searchsorted(middles, shares);
    }

    private static Tensor perElement(Tensor scales, long count) {
        return scales.repeat_interleave(BLOCK).slice(0, new LongOptional(0), new LongOptional(count), 1);
    }

    private static TensorVector tensors(Tensor first, Tensor second) {
        return new TensorVector(first, second);
    }
}
