package io.finemesh.plan.memory;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.plan.blocks.TensorSlice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an update needs for a moment beside weights, gradients and states.
 *
 * @param trained what is updated
 * @param optimizer inside
 * @param projection of the layers' matrices
 * @param narrow what is kept beside weights that are widened to be updated; absent where they are updated as they are
 */
record UpdateWorkspace(
        List<TensorSlice> trained,
        InnerOptimizer optimizer,
        Optional<Projection> projection,
        Optional<WeightCopy> narrow) {
    private static final long FP32 = FloatFormat.FP32.bytes();

    /** Elements of quantized moments that are widened at a time. */
    private static final long QUANTIZED_AT_A_TIME = 1 << 20;

    /** Bytes per such element: two moments, and the steps of finding the nearest codes of one. */
    private static final long QUANTIZING = 33;

    /** Tables of the nearest codes of both moments. */
    private static final long CODE_TABLES = 2 * 4 << 16;

    /** Elements that are rounded at random at a time, and bytes for each. */
    private static final long ROUNDED_AT_A_TIME = 1 << 18;

    private static final long ROUNDING = 24;

    /** While one tensor is updated. */
    long ofUpdate() {
        long widest = widestSlot();
        long widened = narrow.isPresent() ? FP32 * widest : 0;
        long inside =
                switch (optimizer) {
                    case ADAMW -> 0;
                    case ADAMW_8BIT -> CODE_TABLES + QUANTIZING * Math.min(QUANTIZED_AT_A_TIME, largestState());
                    case ADAFACTOR -> 2 * FP32 * largestState();
                };
        long rounding = narrow.filter(copy -> copy == WeightCopy.NONE).isPresent()
                ? ROUNDING * Math.min(ROUNDED_AT_A_TIME, widest)
                : 0;
        long back = projection.isPresent() ? FP32 * largestMatrix() + FP32 * largestState() : 0;
        return widened + Math.max(Math.max(inside, back), rounding);
    }

    /** While the gradients of a layer are completed: one of them whole, and its decomposition. */
    long ofGradients() {
        if (projection.isEmpty()) {
            return 0;
        }
        long most = 0;
        for (TensorSlice slice : trained) {
            if (TrainedCost.isProjected(slice.tensor())) {
                long rows = slice.rows();
                long columns = slice.rowElements();
                long shorter = Math.min(rows, columns);
                long decomposed = 2 * rows * columns + shorter * (rows + columns) + 4 * shorter * shorter;
                most = Math.max(most, decomposed);
            }
        }
        return FP32 * most;
    }

    private long largestMatrix() {
        return trained.stream()
                .filter(slice -> TrainedCost.isProjected(slice.tensor()))
                .mapToLong(TensorSlice::elementCount)
                .max()
                .orElse(0);
    }

    /** Most elements that share moments: a slot, or a projected matrix. */
    private long largestState() {
        if (projection.isEmpty()) {
            return widestSlot();
        }
        return trained.stream()
                .mapToLong(slice -> TrainedCost.isProjected(slice.tensor())
                        ? projection.get().projected(slice.rows(), slice.rowElements()).stream()
                                .reduce(1L, Math::multiplyExact)
                        : slice.elementCount())
                .max()
                .orElse(0);
    }

    private long widestSlot() {
        Map<List<Object>, Long> slots = new LinkedHashMap<>();
        trained.forEach(slice -> slots.merge(slot(slice.tensor()), slice.elementCount(), Math::addExact));
        return slots.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Tensors that multiply the same input are stacked. */
    private static List<Object> slot(ExpectedTensor tensor) {
        ParameterGroup group = tensor.group();
        TensorRole first =
                switch (tensor.role()) {
                    case KEY, VALUE, QUERY_KEY_VALUE -> TensorRole.QUERY;
                    case UP, GATE_UP -> TensorRole.GATE;
                    case TOKEN_EMBEDDING,
                            INPUT_NORM,
                            QUERY,
                            QUERY_BIAS,
                            KEY_BIAS,
                            VALUE_BIAS,
                            QUERY_NORM,
                            KEY_NORM,
                            ATTENTION_OUTPUT,
                            ATTENTION_OUTPUT_BIAS,
                            ATTENTION_OUTPUT_NORM,
                            POST_ATTENTION_NORM,
                            GATE,
                            GATE_BIAS,
                            UP_BIAS,
                            DOWN,
                            DOWN_BIAS,
                            MLP_OUTPUT_NORM,
                            FINAL_NORM,
                            OUTPUT_HEAD -> tensor.role();
                };
        return List.of(group, first);
    }
}
