package io.finemesh.engine.loss;

import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.RowInput;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Measures the loss on held-out documents, without a graph and without changing anything. */
public final class EvaluationPass {
    private final Decoder decoder;
    private final LabelledLoss loss;

    /** An evaluation of the decoder's present weights. */
    public EvaluationPass(Decoder decoder) {
        this.decoder = decoder;
        this.loss = new LabelledLoss(decoder);
    }

    /** Evaluates packed rows; each document is a sample. */
    public EvaluationReport run(Iterable<PackedRow> rows) {
        List<EvaluationReport.Sample> samples = new ArrayList<>();
        double sum = 0;
        long labelled = 0;
        for (PackedRow row : rows) {
            float[] losses = perToken(row);
            int next = 0;
            for (int d = 0; d < row.documents(); d++) {
                double ofSample = 0;
                int labels = 0;
                for (int t = row.documentStarts()[d]; t < row.documentStarts()[d + 1]; t++) {
                    if (row.targets()[t] != PackedRow.NO_TARGET) {
                        ofSample += losses[next++];
                        labels++;
                    }
                }
                samples.add(new EvaluationReport.Sample(ofSample, labels));
                sum += ofSample;
                labelled += labels;
            }
        }
        return new EvaluationReport(sum, labelled, samples);
    }

    /** Negative log-likelihood of each labelled token of a row, nats, in order. */
    public float[] perToken(PackedRow row) {
        if (row.labelledTokens() == 0) {
            return new float[0];
        }
        try (TensorScope _ = TensorScope.open("evaluation")) {
            RowInput input = decoder.prepare(row);
            Tensor hidden = decoder.forward(input, input.labelledRows());
            return loss.perToken(hidden, input);
        }
    }
}
