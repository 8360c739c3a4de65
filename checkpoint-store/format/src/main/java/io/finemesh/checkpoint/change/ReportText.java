package io.finemesh.checkpoint.change;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Reports for people: a table of what changed, then what did not, then what could not be compared, then the verdict. */
public final class ReportText {
    private static final int NAMED_UNCHANGED = 12;
    private static final List<String> HEADER =
            List.of("TENSOR", "SHAPE", "|CHANGE|", "/ |BASE|", "LARGEST", "EFFECTIVE RANK", "FOR 90 %", "OF", "FIRST");

    private ReportText() {}

    /** The text, with a line feed at its end. */
    public static String of(UpdateReport report) {
        StringBuilder text = new StringBuilder();
        if (!report.changed().isEmpty()) {
            table(text, report.changed());
        }
        unchanged(text, report);
        report.found().forEach(found -> text.append("not compared  ")
                .append(found.name())
                .append(": ")
                .append(found.finding().wireName().replace('_', ' '))
                .append(", ")
                .append(found.detail())
                .append('\n'));
        text.append(verdict(report)).append('\n');
        return text.toString();
    }

    private static void table(StringBuilder text, List<TensorChange.Changed> changed) {
        List<List<String>> rows = new ArrayList<>(List.of(HEADER));
        changed.forEach(tensor -> rows.add(row(tensor)));
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                // Names to the left, numbers to the right.
                line.append(String.format(
                        Locale.ROOT, "%" + (column < 2 ? "-" : "") + widths[column] + "s  ", row.get(column)));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static List<String> row(TensorChange.Changed tensor) {
        String shape = tensor.shape().stream().map(String::valueOf).collect(Collectors.joining("x"))
                + (tensor.baseDtype() == tensor.dtype() ? "" : " " + tensor.baseDtype() + ">" + tensor.dtype());
        List<String> row = new ArrayList<>(List.of(
                tensor.name(), shape, small(tensor.norm()), relative(tensor.relativeNorm()), small(tensor.largest())));
        tensor.spectrum()
                .ifPresentOrElse(
                        spectrum -> row.addAll(List.of(
                                String.format(Locale.ROOT, "%.1f", spectrum.effectiveRank()),
                                Integer.toString(spectrum.rankOfNinety()),
                                Integer.toString(spectrum.fullRank()),
                                percent(spectrum.explained().getFirst().share()))),
                        () -> row.addAll(List.of("-", "-", "-", "-")));
        return row;
    }

    private static void unchanged(StringBuilder text, UpdateReport report) {
        List<TensorChange.Unchanged> same = report.unchanged();
        same.stream().limit(NAMED_UNCHANGED).forEach(tensor -> text.append("unchanged     ")
                .append(tensor.name())
                .append('\n'));
        if (same.size() > NAMED_UNCHANGED) {
            text.append("unchanged     and ")
                    .append(same.size() - NAMED_UNCHANGED)
                    .append(" more, which --json names\n");
        }
    }

    private static String verdict(UpdateReport report) {
        int all = report.tensors().size();
        String counts = report.changed().size() + " of " + all + " tensors changed"
                + (report.found().isEmpty() ? "" : ", " + report.found().size() + " could not be compared");
        String figures = report.changed().isEmpty()
                ? ""
                : "; the update's norm is " + small(report.norm())
                        + (report.relativeNorm().isPresent()
                                ? ", " + relative(report.relativeNorm()) + " of what it changed"
                                : "");
        String ranks = report.meanEffectiveRank().isPresent()
                ? "; effective rank " + percent(report.meanEffectiveRank().getAsDouble())
                        + " of the full one in the mean, and "
                        + percent(report.meanRankOfNinety().orElseThrow()) + " of the directions hold 90 % of it"
                : "";
        return switch (report.verdict()) {
            case CHANGED -> "The weights changed: " + counts + figures + ranks + ".";
            case UNCHANGED ->
                "The weights did not change: all " + report.unchanged().size()
                        + " tensors are the base's, bit for bit.";
            case DOUBTFUL -> "This is no sound update: " + counts + figures + ranks + ".";
        };
    }

    private static String small(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    private static String relative(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.2e", value.getAsDouble()) : "-";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
