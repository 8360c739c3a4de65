package io.finemesh.workbench.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * A case's rounds.
 *
 * @param label of the case
 * @param engine measurements in order
 * @param peer measurements in order; empty without a peer
 */
record BenchReport(String label, List<Measurement> engine, List<Measurement> peer) {
    private static final double MEGABYTE = 1e6;

    /** Engine's useful tokens per second over the peer's, of medians; empty without a peer. */
    OptionalDouble speedRatio() {
        return peer.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(median(engine, Measurement::usefulTokensPerSecond)
                        / median(peer, Measurement::usefulTokensPerSecond));
    }

    /** Engine's peak memory over the peer's, of medians; empty without a peer. */
    OptionalDouble memoryRatio() {
        return peer.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(median(engine, measurement -> measurement.peakResidentBytes())
                        / median(peer, measurement -> measurement.peakResidentBytes()));
    }

    /** Lines for a terminal. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(label);
        lines.add(String.format(
                Locale.ROOT, "  %-46s %9s %9s %9s %9s %9s", "", "tokens/s", "s/step", "median", "slowest", "peak MB"));
        lines.add(line(engine));
        if (!peer.isEmpty()) {
            lines.add(line(peer));
            lines.add(String.format(
                    Locale.ROOT,
                    "  ratio of medians over %d rounds: %.2f x the tokens/s, %.2f x the peak memory",
                    engine.size(),
                    speedRatio().orElseThrow(),
                    memoryRatio().orElseThrow()));
        }
        Map<String, Double> phases = phases();
        StringBuilder text = new StringBuilder("  time of a step:");
        phases.forEach((phase, seconds) -> text.append(String.format(Locale.ROOT, " %s %.3f s", phase, seconds)));
        lines.add(text.toString());
        return lines;
    }

    /** The same as JSON properties. */
    Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("case", label);
        properties.put("engine", engine);
        properties.put("peer", peer);
        speedRatio().ifPresent(ratio -> properties.put("speedRatio", ratio));
        memoryRatio().ifPresent(ratio -> properties.put("memoryRatio", ratio));
        return properties;
    }

    private Map<String, Double> phases() {
        Map<String, Double> phases = new LinkedHashMap<>();
        for (String phase : engine.getFirst().phaseSeconds().keySet()) {
            phases.put(
                    phase,
                    median(engine, measurement -> measurement.phaseSeconds().get(phase)));
        }
        return phases;
    }

    private static String line(List<Measurement> rounds) {
        return String.format(
                Locale.ROOT,
                "  %-46s %9.0f %9.3f %9.3f %9.3f %9.0f",
                rounds.getFirst().who(),
                median(rounds, Measurement::usefulTokensPerSecond),
                median(rounds, Measurement::secondsPerStep),
                median(rounds, Measurement::medianStepSeconds),
                median(rounds, Measurement::slowestStepSeconds),
                median(rounds, measurement -> measurement.peakResidentBytes()) / MEGABYTE);
    }

    private static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
        return Medians.of(rounds.stream().mapToDouble(figure).boxed().toList());
    }
}
