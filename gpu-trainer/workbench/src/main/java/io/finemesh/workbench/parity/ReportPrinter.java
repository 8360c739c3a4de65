package io.finemesh.workbench.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** Reports as a table for people and as JSON for programs. */
final class ReportPrinter {
    private ReportPrinter() {}

    /** One report: a line per finding. */
    static String table(ParityReport report) {
        StringBuilder text = new StringBuilder(report.source()).append('\n');
        for (Finding finding : report.findings()) {
            String numbers = finding.worst().isEmpty()
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            "%8.1e of %.0e",
                            finding.worst().getAsDouble(),
                            finding.tolerance().orElse(Double.NaN));
            text.append(String.format(
                                    Locale.ROOT,
                                    "  %-24s %-17s %-12s %s",
                                    finding.subject(),
                                    numbers,
                                    word(finding.status()),
                                    finding.detail())
                            .stripTrailing())
                    .append('\n');
        }
        return text.toString();
    }

    /** The last line: how many folders agree. */
    static String summary(List<ParityReport> reports) {
        long passing = reports.stream().filter(ParityReport::passes).count();
        return passing + " of " + reports.size() + " agree";
    }

    static String json(List<ParityReport> reports) {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = mapper.createObjectNode();
        root.put("agrees", reports.stream().allMatch(ParityReport::passes));
        ArrayNode all = root.putArray("reports");
        for (ParityReport report : reports) {
            ObjectNode node = all.addObject();
            node.put("source", report.source());
            node.put("agrees", report.passes());
            ArrayNode findings = node.putArray("findings");
            for (Finding finding : report.findings()) {
                ObjectNode one = findings.addObject();
                one.put("subject", finding.subject());
                one.put("status", word(finding.status()));
                finding.worst().ifPresent(worst -> {
                    if (Double.isFinite(worst)) {
                        one.put("worstRelativeError", worst);
                    } else {
                        one.putNull("worstRelativeError");
                    }
                });
                finding.tolerance().ifPresent(tolerance -> one.put("tolerance", tolerance));
                one.put("detail", finding.detail());
            }
        }
        try {
            return mapper.writeValueAsString(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a report has no JSON form", impossible);
        }
    }

    private static String word(Finding.Status status) {
        return switch (status) {
            case AGREES -> "agrees";
            case DIFFERS -> "differs";
            case FAILED -> "failed";
            case NOT_CHECKED -> "not checked";
        };
    }
}
