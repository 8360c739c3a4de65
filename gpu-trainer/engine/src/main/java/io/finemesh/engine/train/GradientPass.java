package io.finemesh.engine.train;

import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.optim.Gradients;
import io.finemesh.engine.tensor.TensorScope;
import java.util.List;

/** Computes the gradients of all weights as training does, layer by layer, and changes nothing: for comparison with another implementation. */
public final class GradientPass {
    private final Decoder decoder;

    /** Gradients at the decoder's present weights. */
    public GradientPass(Decoder decoder) {
        this.decoder = decoder;
    }

    /**
     * Gradients of the mean loss over the row's labelled tokens.
     *
     * @return named and shaped as the weights, 32-bit floats
     * @throws IllegalArgumentException if the row has no labelled token
     */
    public List<TensorData> run(PackedRow row) {
        if (row.labelledTokens() == 0) {
            throw new IllegalArgumentException("a row without labelled tokens has no gradient");
        }
        try (TensorScope _ = TensorScope.open("gradients");
                Gradients gradients = new Gradients(decoder.structure().groups().stream()
                        .map(decoder::weights)
                        .map(GroupTensors::layout)
                        .toList())) {
            new LayerwiseBackward(decoder, new PhaseClock())
                    .accumulate(decoder.prepare(row), gradients, row.labelledTokens(), ActivationPolicy.RECOMPUTE);
            return gradients.export();
        }
    }
}
