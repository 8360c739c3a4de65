package io.finemesh.checkpoint.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Reads rotary position embedding: {@code rope_parameters} (transformers 5), or {@code rope_theta} with {@code rope_scaling}
 * (transformers 4, where the type may also be spelled {@code type}).
 */
final class RopeReader {
    private static final double DEFAULT_THETA = 10_000;
    private static final String THETA_ALLOWED = "a number above 1 and at most 1e15";
    private static final String FACTOR_ALLOWED = "a number from 1 to 1e6";

    private static final Set<String> KNOWN_FIELDS = Set.of(
            "rope_type",
            "type",
            "rope_theta",
            "partial_rotary_factor",
            "factor",
            "low_freq_factor",
            "high_freq_factor",
            "original_max_position_embeddings");

    private RopeReader() {}

    static Rope read(ConfigurationFields fields) {
        boolean newSpelling = fields.has("rope_parameters");
        String section = newSpelling ? "rope_parameters" : "rope_scaling";
        double theta = theta(fields, "rope_theta", DEFAULT_THETA);
        JsonNode parameters = fields.value(section);
        if (parameters == null) {
            return new Rope(theta, new Rope.Unscaled());
        }
        if (!parameters.isObject()) {
            fields.problem(section, "an object with rope_type, or absent");
            return new Rope(theta, new Rope.Unscaled());
        }
        if (newSpelling
                && fields.has("rope_scaling")
                && !fields.value("rope_scaling").equals(parameters)) {
            fields.problem("rope_scaling", "absent where rope_parameters is given, or the same");
        }
        ConfigurationFields inner = fields.within(section);
        if (inner.has("rope_theta")) {
            double innerTheta = theta(inner, "rope_theta", theta);
            if (fields.has("rope_theta") && innerTheta != theta) {
                fields.problem("rope_theta", "absent where " + section + ".rope_theta is given, or the same");
            }
            theta = innerTheta;
        }
        return new Rope(theta, scaling(inner));
    }

    private static double theta(ConfigurationFields fields, String name, double absent) {
        return fields.number(name, theta -> theta > 1 && theta <= 1e15, THETA_ALLOWED, absent);
    }

    private static Rope.Scaling scaling(ConfigurationFields inner) {
        inner.onlyThese(KNOWN_FIELDS, "no such field; known are " + String.join(", ", new TreeSet<>(KNOWN_FIELDS)));
        inner.number("partial_rotary_factor", part -> part == 1, "1.0; partial rotation is not supported", 1);
        String field = inner.has("rope_type") ? "rope_type" : "type";
        String type = inner.text(field, "default");
        if (inner.has("rope_type") && !inner.text("type", type).equals(type)) {
            inner.problem("type", "the same as rope_type, or absent");
        }
        return switch (type) {
            case "default" -> new Rope.Unscaled();
            case "linear" -> new Rope.Linear(inner.requiredNumber("factor", factor(), FACTOR_ALLOWED));
            case "llama3" -> llama3(inner);
            default -> {
                inner.problem(field, "default, linear or llama3");
                yield new Rope.Unscaled();
            }
        };
    }

    private static Rope.Llama3 llama3(ConfigurationFields inner) {
        double factor = inner.requiredNumber("factor", factor(), FACTOR_ALLOWED);
        double low = inner.requiredNumber("low_freq_factor", value -> value > 0, "a number above 0");
        double high = inner.requiredNumber("high_freq_factor", value -> value > 0, "a number above low_freq_factor");
        if (high <= low) {
            inner.problem("high_freq_factor", "a number above low_freq_factor, which is " + low);
        }
        int original = inner.required("original_max_position_embeddings", 1, ConfigurationReader.MAX_POSITIONS);
        return new Rope.Llama3(factor, low, high, original);
    }

    private static Predicate<Double> factor() {
        return value -> value >= 1 && value <= 1e6;
    }
}
