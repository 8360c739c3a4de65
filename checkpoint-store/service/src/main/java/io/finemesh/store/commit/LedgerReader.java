package io.finemesh.store.commit;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.contract.training.SegmentTrained;
import io.finemesh.store.intake.LedgerEvidence;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the steps of a ledger: one JSON object a line, each line ended by a line feed, each with an integer {@code step} and a
 * {@code gradientNorm} that counts unless the step is {@code skipped}.
 */
final class LedgerReader {
    private static final int LONGEST_LINE_BYTES = 64 * 1024;
    private static final int MOST_PROBLEMS = 5;

    private LedgerReader() {}

    /**
     * Reads to the stream's end.
     *
     * @param mostSteps steps that are wanted; one more is read to tell that there are too many
     */
    static LedgerEvidence read(InputStream in, long mostSteps) throws IOException {
        List<Long> steps = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        BufferedInputStream lines = new BufferedInputStream(in);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long number = 0;
        for (int value = lines.read(); ; value = lines.read()) {
            if (value == '\n' || value < 0 && line.size() > 0) {
                number++;
                if (steps.size() <= mostSteps && problems.size() < MOST_PROBLEMS) {
                    step(line.toByteArray(), number, steps, norms, problems);
                }
                line.reset();
            } else if (value >= 0 && line.size() <= LONGEST_LINE_BYTES) {
                line.write(value);
            }
            if (value < 0) {
                return new LedgerEvidence(steps, SegmentTrained.meanGradientNorm(norms), problems);
            }
        }
    }

    private static void step(byte[] line, long number, List<Long> steps, List<Double> norms, List<String> problems) {
        String where = "line " + number + " of the ledger ";
        if (line.length > LONGEST_LINE_BYTES) {
            problems.add(where + "is longer than " + LONGEST_LINE_BYTES + " bytes");
            return;
        }
        try {
            JsonNode fields = StrictJson.object(line);
            JsonNode step = fields.path("step");
            JsonNode norm = fields.path("gradientNorm");
            if (norm.isNumber() && !fields.path("skipped").asBoolean()) {
                norms.add(norm.doubleValue());
            }
            if (step.isIntegralNumber() && step.canConvertToLong()) {
                steps.add(step.longValue());
            } else {
                problems.add(where + "has no integer step");
            }
        } catch (JsonException malformed) {
            problems.add(where + "is " + malformed.getMessage());
        }
    }
}
