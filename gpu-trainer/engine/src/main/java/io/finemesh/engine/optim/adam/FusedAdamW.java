package io.finemesh.engine.optim.adam;

import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * LibTorch's single-pass AdamW kernel, which the Java binding does not map and which is therefore called through the dispatcher. One pass reads and writes
 * each weight, gradient and moment once; composed of single operations the update takes three to four times as long.
 */
public final class FusedAdamW {
    /** Found once per process, and never freed. */
    private static final OperatorHandle OPERATOR =
            TensorScope.own(Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", ""));

    private FusedAdamW() {}

    /**
     * One update: decay w -= rate * decay * w, then w -= rate * m' / (sqrt(v') + epsilon) with bias-corrected moments m' and v' (arXiv 1711.05101).
     *
     * @param update number of this update for bias correction, from 1
     */
    public static void step(
            List<Tensor> weights,
            List<Tensor> gradients,
            List<Tensor> first,
            List<Tensor> second,
            long update,
            double learningRate,
            double weightDecay,
            AdamHyperparameters settings) {
        if (weights.isEmpty()) {
            return;
        }
        try (TensorScope _ = TensorScope.open("fused AdamW");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor count = torch.full(new long[] {}, new Scalar((float) update), TensorBytes.options(ScalarType.Float));
            IValueVector stack = new IValueVector();
            stack.push_back(list(weights));
            stack.push_back(list(gradients));
            stack.push_back(list(first));
            stack.push_back(list(second));
            stack.push_back(list(List.of()));
            stack.push_back(list(weights.stream().map(weight -> count).toList()));
            stack.push_back(new IValue(learningRate));
            stack.push_back(new IValue(settings.beta1()));
            stack.push_back(new IValue(settings.beta2()));
            stack.push_back(new IValue(weightDecay));
            stack.push_back(new IValue(settings.epsilon()));
            stack.push_back(new IValue(false)); // amsgrad
            stack.push_back(new IValue(false)); // maximize
            stack.push_back(new IValue()); // gradient scale
            stack.push_back(new IValue()); // found infinity: non-finite gradients never come here
            OPERATOR.callBoxed(stack);
        }
    }

    private static IValue list(List<Tensor> tensors) {
        // A list with the element type of tensors: a vector of tensors would silently become an opaque pointer.
        GenericList list = new GenericList(new TensorList().elementType());
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor));
        }
        return new IValue(list);
    }
}
