package io.finemesh.checkpoint.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Reads rotary position embedding: {@code rope_parameters} (transformers 5), or {@code rope_theta} with {@code rope_scaling}
 * (transformers 4, where the type may also be spelled {@code type}). Where layers with a window have an embedding of their own, transformers 5
 * keeps one set of parameters per kind of layer, transformers 4 a base frequency {@code rope_local_base_freq}.
 */
final class RopeReader {
    /** What an absent field means in the family that has it (transformers, {@code Phi3Config}). */
    private static final int PHI3_ORIGINAL = 4096;

    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final String THETA_ALLOWED = "a number above 1 and at most 1e15";
    private static final String FACTOR_ALLOWED = "a number from 1 to 1e6";
    private static final String TYPES = "default, linear, llama3, yarn or longrope";

    private static final Set<String> KNOWN_FIELDS = Set.of(
            "rope_type",
            "type",
            "rope_theta",
            "partial_rotary_factor",
            "factor",
            "low_freq_factor",
            "high_freq_factor",
            "original_max_position_embeddings",
            "attention_factor",
            "beta_fast",
            "beta_slow",
            "mscale",
            "mscale_all_dim",
            "short_factor",
            "long_factor",
            "truncate");

    private final ConfigurationFields fields;
    private final ModelFamily family;
    private final int headDimension;
    private final int maxPositions;

    private RopeReader(ConfigurationFields fields, ModelFamily family, int headDimension, int maxPositions) {
        this.fields = fields;
        this.family = family;
        this.headDimension = headDimension;
        this.maxPositions = maxPositions;
    }

    /**
     * The embeddings of a model's layers.
     *
     * @param full of layers that see everything
     * @param windowed of layers that see a window
     */
    record Ropes(Rope full, Rope windowed) {}

    static Ropes read(ConfigurationFields fields, ModelFamily family, int headDimension, int maxPositions) {
        RopeReader reader = new RopeReader(fields, family, headDimension, maxPositions);
        if (family.features().contains("rope_local_base_freq")) {
            return reader.byKindOfLayer();
        }
        Rope rope = reader.oneForAll();
        return new Ropes(rope, rope);
    }

    private Rope oneForAll() {
        boolean newSpelling = fields.has("rope_parameters");
        String section = newSpelling ? "rope_parameters" : "rope_scaling";
        double theta = theta(fields, "rope_theta", family.defaults().theta());
        JsonNode parameters = fields.value(section);
        if (parameters == null) {
            return unscaled(theta);
        }
        if (!parameters.isObject()) {
            fields.problem(section, "an object with rope_type, or absent");
            return unscaled(theta);
        }
        if (newSpelling
                && fields.has("rope_scaling")
                && !fields.value("rope_scaling").equals(parameters)) {
            fields.problem("rope_scaling", "absent where rope_parameters is given, or the same");
        }
        ConfigurationFields inner = fields.within(section);
        return rope(inner, innerTheta(inner, section, "rope_theta", theta));
    }

    private Ropes byKindOfLayer() {
        double theta = theta(fields, "rope_theta", family.defaults().theta());
        double local = theta(fields, "rope_local_base_freq", FamilyDefaults.LOCAL_THETA);
        JsonNode parameters = fields.value("rope_parameters");
        if (parameters == null) {
            JsonNode scaling = fields.value("rope_scaling");
            if (scaling == null) {
                return new Ropes(unscaled(theta), unscaled(local));
            }
            if (!scaling.isObject()) {
                fields.problem("rope_scaling", "an object with rope_type, or absent");
                return new Ropes(unscaled(theta), unscaled(local));
            }
            ConfigurationFields inner = fields.within("rope_scaling");
            return new Ropes(rope(inner, innerTheta(inner, "rope_scaling", "rope_theta", theta)), unscaled(local));
        }
        if (!parameters.isObject()) {
            fields.problem("rope_parameters", "an object with " + FULL + " and " + SLIDING + ", or absent");
            return new Ropes(unscaled(theta), unscaled(local));
        }
        if (fields.has("rope_scaling")) {
            fields.problem("rope_scaling", "absent where rope_parameters is given");
        }
        ConfigurationFields kinds = fields.within("rope_parameters");
        kinds.onlyThese(Set.of(FULL, SLIDING), "parameters for " + FULL + " and for " + SLIDING + " only");
        return new Ropes(
                ofKind(kinds, FULL, "rope_theta", theta), ofKind(kinds, SLIDING, "rope_local_base_freq", local));
    }

    private Rope ofKind(ConfigurationFields kinds, String kind, String outerField, double outerTheta) {
        JsonNode parameters = kinds.value(kind);
        if (parameters == null) {
            return unscaled(outerTheta);
        }
        if (!parameters.isObject()) {
            kinds.problem(kind, "an object with rope_type, or absent");
            return unscaled(outerTheta);
        }
        ConfigurationFields inner = kinds.within(kind);
        return rope(inner, innerTheta(inner, "rope_parameters." + kind, outerField, outerTheta));
    }

    private double innerTheta(ConfigurationFields inner, String section, String outerField, double outerTheta) {
        if (!inner.has("rope_theta")) {
            return outerTheta;
        }
        double innerTheta = theta(inner, "rope_theta", outerTheta);
        if (fields.has(outerField) && innerTheta != outerTheta) {
            fields.problem(outerField, "absent where " + section + ".rope_theta is given, or the same");
        }
        return innerTheta;
    }

    private static double theta(ConfigurationFields fields, String name, double absent) {
        return fields.number(name, theta -> theta > 1 && theta <= 1e15, THETA_ALLOWED, absent);
    }

    private Rope unscaled(double theta) {
        return new Rope(theta, rotated(fields, fields), new Rope.Unscaled());
    }

    private Rope rope(ConfigurationFields inner, double theta) {
        int rotated = rotated(inner, fields);
        return new Rope(theta, rotated, scaling(inner, rotated));
    }

    /** Elements of a head that are rotated, from the innermost place that says so. */
    private int rotated(ConfigurationFields inner, ConfigurationFields outer) {
        String name = "partial_rotary_factor";
        ConfigurationFields saying = inner.has(name) ? inner : outer;
        if (!family.features().contains(name)) {
            saying.number(name, part -> part == 1, "1.0; partial rotation is not supported", 1);
            return headDimension;
        }
        double part = saying.number(name, value -> value > 0 && value <= 1, "a number above 0 and at most 1", 1);
        int rotated = (int) (headDimension * part);
        if (rotated < 2 || rotated % 2 != 0) {
            saying.problem(
                    name,
                    "a part of the head dimension, which is " + headDimension
                            + ", that is even and at least 2 elements; here it is " + rotated);
            return headDimension;
        }
        return rotated;
    }

    private Rope.Scaling scaling(ConfigurationFields inner, int rotated) {
        inner.onlyThese(KNOWN_FIELDS, "no such field; known are " + String.join(", ", new TreeSet<>(KNOWN_FIELDS)));
        String field = inner.has("rope_type") ? "rope_type" : "type";
        String type = inner.text(field, "default");
        if (inner.has("rope_type") && !inner.text("type", type).equals(type)) {
            inner.problem("type", "the same as rope_type, or absent");
        }
        if (family.equals(ModelFamily.PHI3)) {
            return switch (type) {
                case "default" -> new Rope.Unscaled();
                // What longrope was called before it had a name; transformers reads both words so in models of this
                // family.
                case "longrope", "su", "yarn" -> longRope(inner, rotated);
                default -> {
                    inner.problem(field, "default or longrope in a model of type phi3");
                    yield new Rope.Unscaled();
                }
            };
        }
        return switch (type) {
            case "default" -> new Rope.Unscaled();
            case "linear" -> new Rope.Linear(inner.requiredNumber("factor", factor(), FACTOR_ALLOWED));
            case "llama3" -> llama3(inner);
            case "yarn" -> yarn(inner);
            case "longrope" -> longRope(inner, rotated);
            default -> {
                inner.problem(field, TYPES);
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

    private Rope.Yarn yarn(ConfigurationFields inner) {
        int original =
                inner.integer("original_max_position_embeddings", 1, ConfigurationReader.MAX_POSITIONS, maxPositions);
        double factor = inner.number("factor", factor(), FACTOR_ALLOWED, Math.max(1, (double) maxPositions / original));
        double fast = inner.number("beta_fast", value -> value > 0, "a number above beta_slow", 32);
        double slow = inner.number("beta_slow", value -> value > 0, "a number above 0", 1);
        if (fast <= slow) {
            inner.problem("beta_fast", "a number above beta_slow, which is " + slow);
        }
        double part = inner.number("mscale", value -> value >= 0, "a number from 0", 0);
        double all = inner.number("mscale_all_dim", value -> value >= 0, "a number from 0", 0);
        double usual = part != 0 && all != 0 ? strength(factor, part) / strength(factor, all) : strength(factor, 1);
        double attention = inner.number("attention_factor", value -> value > 0, "a number above 0", usual);
        return new Rope.Yarn(factor, original, fast, slow, attention, inner.flag("truncate", true));
    }

    private Rope.LongRope longRope(ConfigurationFields inner, int rotated) {
        String name = "original_max_position_embeddings";
        ConfigurationFields saying = family.features().contains(name) ? fields : inner;
        int usual = saying == fields ? PHI3_ORIGINAL : maxPositions;
        int original = saying.integer(name, 1, ConfigurationReader.MAX_POSITIONS, usual);
        if (inner.integer(name, 1, ConfigurationReader.MAX_POSITIONS, original) != original) {
            inner.problem(name, "absent in a model of this family, or the same as outside, which is " + original);
        }
        double factor = inner.number("factor", factor(), FACTOR_ALLOWED, Math.max(1, (double) maxPositions / original));
        double sharper = factor <= 1 || original < 2 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        double attention = inner.number("attention_factor", value -> value > 0, "a number above 0", sharper);
        return new Rope.LongRope(
                factors(inner, "short_factor", rotated / 2),
                factors(inner, "long_factor", rotated / 2),
                original,
                attention);
    }

    /** One factor for each pair of rotated elements; harmless ones where they are wrong. */
    private static List<Double> factors(ConfigurationFields inner, String name, int count) {
        JsonNode list = inner.value(name);
        boolean right = list != null && list.isArray() && list.size() == count;
        List<Double> factors = new ArrayList<>(count);
        for (int i = 0; right && i < count; i++) {
            double factor = list.get(i).isNumber() ? list.get(i).doubleValue() : Double.NaN;
            right = factor > 0 && factor <= 1e6;
            factors.add(factor);
        }
        if (!right) {
            String found = list == null
                    ? "nothing (the field is missing)"
                    : list.isArray()
                            ? "a list of " + list.size()
                            : list.getNodeType().toString();
            inner.problem(
                    name,
                    found,
                    "a list of " + count + " numbers above 0 and at most 1e6, one for two rotated elements");
            return Collections.nCopies(count, 1.0);
        }
        return factors;
    }

    /** How much sharper attention is made for a longer context (YaRN, equation 22). */
    private static double strength(double factor, double weight) {
        return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
    }

    private static Predicate<Double> factor() {
        return value -> value >= 1 && value <= 1e6;
    }
}
