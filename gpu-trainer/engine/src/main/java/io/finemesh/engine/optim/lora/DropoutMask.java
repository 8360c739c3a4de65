package io.finemesh.engine.optim.lora;

import io.finemesh.engine.optim.precision.StochasticRounding;
import io.finemesh.engine.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Dropout of an adapter's input (Srivastava and others, JMLR 15, 2014), inverted: what stays is divided by the share that stays. Which elements stay is a
 * function of seed, step, row, adapted weight and element alone, so that a layer that is computed again on the way back, and a run that goes on in another process,
 * drop the same.
 */
final class DropoutMask {
    private static final int WHOLE = 1 << 16;

    private DropoutMask() {}

    /**
     * The key of one adapter for one row of one step.
     *
     * @param row counted from 0 in the batch of the step
     * @param weight that is adapted
     */
    static long key(long seed, long step, int row, String weight) {
        return StochasticRounding.key(seed, step, "dropout of row " + row + " before " + weight);
    }

    /** An input with some elements at zero and the others enlarged, in the innermost scope; the input itself where nothing is to be dropped. */
    static Tensor apply(Tensor input, double rate, long key) {
        // A rate that rounds to one would leave nothing to divide by.
        int dropped = (int) Math.min(Math.round(rate * WHOLE), WHOLE - 1);
        if (dropped == 0) {
            return input;
        }
        try (TensorScope scope = TensorScope.open("dropout")) {
            // What the way back keeps is the mask, a byte an element.
            Tensor mask = StochasticRounding.drawn(input.numel(), key, dropped).view(input.sizes());
            return scope.keep(input.mul(mask).mul(new Scalar((double) WHOLE / (WHOLE - dropped))));
        }
    }
}
