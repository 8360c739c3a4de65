package io.finemesh.engine.loss;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.RowInput;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Final norm, output head and cross-entropy over labelled tokens only, some tokens at a time: full logits never exist. The gradient of a chunk's logits is
 * formed in the place of the logits: softmax minus one at the target.
 *
 * <p>Shapes: R labelled tokens, r tokens of a chunk, C hidden size, V vocabulary.
 */
public final class LabelledLoss {
    /** Logits of a chunk take about this many bytes. */
    private static final long CHUNK_BYTES = 64L << 20;

    private final Decoder decoder;
    private final long chunkRows;

    /** With chunks of a fixed size in bytes. */
    public LabelledLoss(Decoder decoder) {
        this(decoder, Math.max(16, CHUNK_BYTES / (4L * decoder.configuration().vocabularySize())));
    }

    /** With a given number of labelled tokens per chunk. */
    public LabelledLoss(Decoder decoder, long chunkRows) {
        this.decoder = decoder;
        this.chunkRows = chunkRows;
    }

    /**
     * Negative log-likelihood of each labelled token, without a graph.
     *
     * @param hidden [R, C] states after the last layer
     * @return [R] nats
     */
    public float[] perToken(Tensor hidden, RowInput input) {
        try (TensorScope _ = TensorScope.open("loss");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor normed = decoder.finalNorm(hidden, decoder.finalNormWeight());
            Tensor head = decoder.headWeight();
            long rows = hidden.size(0);
            float[] losses = new float[Math.toIntExact(rows)];
            for (long from = 0; from < rows; from += chunkRows) {
                try (TensorScope _ = TensorScope.open("chunk")) {
                    long count = Math.min(chunkRows, rows - from);
                    Tensor targets = input.targets().narrow(0, from, count).unsqueeze(1); // [r, 1]
                    Tensor logProbabilities = torch.log_softmax(decoder.logits(normed.narrow(0, from, count), head), 1);
                    float[] chosen = TensorBytes.floats(
                            logProbabilities.gather(1, targets).neg());
                    System.arraycopy(chosen, 0, losses, (int) from, chosen.length);
                }
            }
            return losses;
        }
    }

    /**
     * The loss, its slope at the last layer's output, and the gradients of final norm and head where they are trained.
     *
     * @param hidden [R, C] states after the last layer
     * @param gradients to add to
     * @param labelledInBatch labelled tokens of the whole accumulated batch, by which losses and slopes are divided
     * @param needSlope whether anything below is trained
     */
    public Slope slope(Tensor hidden, RowInput input, GradientSink gradients, long labelledInBatch, boolean needSlope) {
        ParameterGroup finalNorm = new ParameterGroup.FinalNorm();
        boolean normTrained = gradients.wants(finalNorm);
        boolean headTrained = gradients.wants(decoder.headGroup());
        try (TensorScope scope = TensorScope.open("loss")) {
            Tensor hiddenLeaf = hidden.detach().requires_grad_(needSlope);
            Tensor normLeaf = decoder.finalNormWeight().detach().requires_grad_(normTrained);
            Tensor normed = decoder.finalNorm(hiddenLeaf, normLeaf); // [R, C]
            Optional<RowRange> headRows = headTrained ? Optional.of(headRows(gradients)) : Optional.empty();
            Chunks chunks = chunks(normed.detach(), input, 1.0 / labelledInBatch, needSlope || normTrained, headRows);
            if (headTrained) {
                gradients.add(decoder.headGroup(), decoder.headSlot(), chunks.headGradient());
            }
            Tensor slope = null;
            if (needSlope || normTrained) {
                List<Tensor> leaves = new ArrayList<>();
                if (needSlope) {
                    leaves.add(hiddenLeaf);
                }
                if (normTrained) {
                    leaves.add(normLeaf);
                }
                TensorVector found = torch.grad(
                        new TensorVector(normed),
                        new TensorVector(leaves.toArray(Tensor[]::new)),
                        new TensorVector(chunks.slope()),
                        new BoolOptional(),
                        false,
                        false);
                if (needSlope) {
                    slope = scope.keep(new Tensor(found.get(0)));
                }
                if (normTrained) {
                    gradients.add(finalNorm, WeightSlot.FINAL_NORM, new Tensor(found.get(leaves.size() - 1)));
                }
            }
            return new Slope(chunks.lossSum(), slope);
        }
    }

    private RowRange headRows(GradientSink gradients) {
        return gradients
                .rows(decoder.headGroup(), decoder.headSlot())
                .orElseGet(() -> new RowRange(0, decoder.configuration().vocabularySize()));
    }

    private Chunks chunks(
            Tensor normed, RowInput input, double weight, boolean needSlope, Optional<RowRange> headRows) {
        try (TensorScope scope = TensorScope.open("chunks");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor head = decoder.headWeight(); // [V, C]
            Tensor slope = needSlope ? scope.keep(torch.empty_like(normed)) : null; // [R, C]
            Tensor headGradient = headRows.map(
                            wanted -> scope.keep(torch.zeros_like(head.narrow(0, wanted.first(), wanted.count()))))
                    .orElse(null); // [V, C], or the rows asked for
            double sum = 0;
            long rows = normed.size(0);
            for (long from = 0; from < rows; from += chunkRows) {
                try (TensorScope _ = TensorScope.open("chunk")) {
                    long count = Math.min(chunkRows, rows - from);
                    Tensor states = normed.narrow(0, from, count); // [r, C]
                    Tensor targets = input.targets().narrow(0, from, count).unsqueeze(1); // [r, 1]
                    Tensor logits = decoder.logits(states, head); // [r, V]
                    Tensor logProbabilities = torch.log_softmax(logits, 1); // [r, V]
                    sum -= logProbabilities
                            .gather(1, targets)
                            .sum(new ScalarTypeOptional(ScalarType.Double))
                            .item_double();
                    Tensor logitSlope = logProbabilities.exp_(); // [r, V], probabilities so far
                    logitSlope.scatter_add_(
                            1,
                            targets,
                            torch.full_like(targets, new Scalar(-1.0)).to(ScalarType.Float));
                    if (decoder.logitSoftCap().isPresent()) {
                        uncap(logitSlope, logits, decoder.logitSoftCap().getAsDouble());
                    }
                    if (needSlope) {
                        torch.mm_out(slope.narrow(0, from, count), logitSlope, head);
                    }
                    if (headRows.isPresent()) {
                        RowRange wanted = headRows.get();
                        headGradient.addmm_(
                                logitSlope
                                        .narrow(1, wanted.first(), wanted.count())
                                        .t(),
                                states,
                                new Scalar(1.0),
                                new Scalar(weight));
                    }
                }
            }
            if (needSlope) {
                slope.mul_(new Scalar(weight));
            }
            return new Chunks(sum, slope, headGradient);
        }
    }

    /** Turns the slope of capped logits into that of the raw ones: the slope of c * tanh(x / c) is 1 - (capped / c)². */
    private static void uncap(Tensor slope, Tensor capped, double cap) {
        Tensor ratio = capped.div_(new Scalar(cap));
        slope.addcmul_(slope.mul(ratio), ratio, new Scalar(-1.0));
    }

    /**
     * What the backward pass starts with.
     *
     * @param lossSum summed negative log-likelihood of the row's labelled tokens, nats
     * @param atLastLayer [R, C] slope of the batch's loss at the last layer's output; null if not asked for
     */
    public record Slope(double lossSum, Tensor atLastLayer) {}

    private record Chunks(double lossSum, Tensor slope, Tensor headGradient) {}
}
