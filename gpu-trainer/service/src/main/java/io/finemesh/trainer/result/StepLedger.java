package io.finemesh.trainer.result;

import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.engine.train.StepReport;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The steps of a segment as JSON lines, one an optimizer step. Only what the computation determines is in it, keys in order, numbers
 * in their shortest form that reads back as the same (JLS {@code Double.toString}), what is no number as a string. So executing a
 * segment again gives the same bytes, and the ledger can be part of the checkpoint's identity.
 */
public final class StepLedger {
    private StepLedger() {}

    /** The ledger's bytes. */
    public static byte[] bytes(List<StepReport> steps) {
        StringBuilder lines = new StringBuilder();
        steps.forEach(step -> append(lines, step));
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder line, StepReport step) {
        line.append('{');
        if (step.block().isPresent()) {
            JsonText.quote(line.append("\"block\":"), step.block().get());
            line.append(',');
        }
        number(line.append("\"gradientNorm\":"), step.gradientNorm());
        line.append(",\"labelledTokens\":").append(step.labelledTokens());
        number(line.append(",\"learningRate\":"), step.learningRate());
        number(line.append(",\"loss\":"), step.loss());
        line.append(",\"skipped\":").append(step.skipped());
        line.append(",\"step\":").append(step.step());
        line.append(",\"tokens\":").append(step.tokens()).append("}\n");
    }

    private static void number(StringBuilder line, double value) {
        if (Double.isFinite(value)) {
            line.append(value);
        } else {
            line.append('"').append(value).append('"');
        }
    }
}
