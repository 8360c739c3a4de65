package io.finemesh.engine.optim.moment;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Adafactor's means of squared gradients by row and by column, whose product stands for the second moment of a matrix (Shazeer and Stern, arXiv 1804.04235,
 * algorithm 4), without first moment and with an external learning rate. The mean forgets by 1 - t^-0.8, so that no bias is left to correct, and the
 * direction's root mean square is at most 1.
 */
public final class FactoredMoments implements Moments {
    private static final String ROWS = "row_square.";
    private static final String COLUMNS = "column_square.";
    private static final double DECAY_EXPONENT = -0.8;
    /** The paper's epsilon 1: keeps means of squares positive. */
    private static final double LEAST_SQUARE = 1e-30;

    private final Tensor rows; // [m], or the shape of a vector
    private final Tensor columns; // [n]; null for a vector
    private long updates;

    FactoredMoments(long... shape) {
        this.rows = TensorScope.own(TensorBytes.empty(ScalarType.Float, shape[0]));
        this.columns = shape.length == 1 ? null : TensorScope.own(TensorBytes.empty(ScalarType.Float, shape[1]));
        reset();
    }

    @Override
    public long updates() {
        return updates;
    }

    @Override
    public void update(Tensor weight, Tensor gradient, double learningRate) {
        try (TensorScope _ = TensorScope.open("factored moments");
                NoGradGuard _ = new NoGradGuard()) {
            weight.sub_(direction(gradient), new Scalar(learningRate));
        }
    }

    @Override
    public Tensor direction(Tensor gradient) {
        updates++;
        double kept = 1 - Math.pow(updates, DECAY_EXPONENT);
        try (TensorScope scope = TensorScope.open("direction");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor squares = gradient.mul(gradient).add_(new Scalar(LEAST_SQUARE));
            Tensor direction;
            if (columns == null) {
                rows.mul_(new Scalar(kept)).add_(squares, new Scalar(1 - kept));
                direction = rows.rsqrt().mul_(gradient);
            } else {
                rows.mul_(new Scalar(kept)).add_(squares.mean(1), new Scalar(1 - kept));
                columns.mul_(new Scalar(kept)).add_(squares.mean(0), new Scalar(1 - kept));
                Tensor byRow = rows.div(rows.mean()).rsqrt_().unsqueeze(1); // [m, 1]
                direction = gradient.mul(byRow).mul_(columns.rsqrt().unsqueeze(0));
            }
            double rootMeanSquare = direction.norm().item_double() / Math.sqrt(direction.numel());
            direction.div_(new Scalar(Math.max(1, rootMeanSquare)));
            return scope.keep(direction);
        }
    }

    @Override
    public double correction() {
        return 1;
    }

    @Override
    public void reset() {
        try (TensorScope _ = TensorScope.open("no moments")) {
            rows.zero_();
            if (columns != null) {
                columns.zero_();
            }
        }
        updates = 0;
    }

    /** Always refused: means over rows and columns cannot be turned into other coordinates. */
    @Override
    public void transform(UnaryOperator<Tensor> first, UnaryOperator<Tensor> second) {
        throw new IllegalStateException("Adafactor's factored moments cannot be rotated; keep or reset them");
    }

    @Override
    public List<TensorData> export(String name) {
        TensorData ofRows = new TensorData(ROWS + name, Dtype.F32, List.of(rows.numel()), TensorBytes.write(rows));
        return columns == null
                ? List.of(ofRows)
                : List.of(
                        ofRows,
                        new TensorData(
                                COLUMNS + name, Dtype.F32, List.of(columns.numel()), TensorBytes.write(columns)));
    }

    @Override
    public void restore(TensorSource source, String name, long updatesThen) {
        Moments.restore(rows, source, ROWS + name);
        if (columns != null) {
            Moments.restore(columns, source, COLUMNS + name);
        }
        updates = updatesThen;
    }

    @Override
    public long bytes() {
        return (rows.numel() + (columns == null ? 0 : columns.numel())) * Float.BYTES;
    }

    @Override
    public void close() {
        rows.close();
        if (columns != null) {
            columns.close();
        }
    }
}
