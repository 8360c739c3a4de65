package io.finemesh.checkpoint.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Typed access to the fields of one JSON object that notes each problem and goes on with a harmless value, so that all problems
 * are found in one pass. A field that is null counts as absent, as in transformers.
 */
final class ConfigurationFields {
    private final JsonNode object;
    private final String prefix;
    private final List<Problem> problems;

    private ConfigurationFields(JsonNode object, String prefix, List<Problem> problems) {
        this.object = object;
        this.prefix = prefix;
        this.problems = problems;
    }

    static ConfigurationFields of(JsonNode object) {
        return new ConfigurationFields(object, "", new ArrayList<>());
    }

    /** The fields of an object-valued field; its problems are noted with this one's. */
    ConfigurationFields within(String name) {
        return new ConfigurationFields(object.get(name), prefix + name + ".", problems);
    }

    List<Problem> problems() {
        return problems;
    }

    /** Whether no problem has been noted with any of these fields. */
    boolean sound(String... names) {
        for (String name : names) {
            if (problems.stream().anyMatch(problem -> problem.subject().equals(prefix + name))) {
                return false;
            }
        }
        return true;
    }

    /** Notes every field outside the list: for objects in which an unknown field changes the meaning of the known ones. */
    void onlyThese(Set<String> names, String allowed) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!names.contains(field.getKey()) && !field.getValue().isNull()) {
                problem(field.getKey(), allowed);
            }
        }
    }

    boolean has(String name) {
        return object.hasNonNull(name);
    }

    /** Whether the field is there and null: "there is none", where an absent field means the default. */
    boolean isNull(String name) {
        return object.has(name) && object.get(name).isNull();
    }

    /** The value, or null when the field is absent. */
    JsonNode value(String name) {
        return has(name) ? object.get(name) : null;
    }

    void problem(String name, String allowed) {
        problems.add(new Problem(
                prefix + name, has(name) ? object.get(name).toString() : "nothing (the field is missing)", allowed));
    }

    void problem(String name, String found, String allowed) {
        problems.add(new Problem(prefix + name, found, allowed));
    }

    /** An integer in a range; {@code fallback} when invalid. The field must be there. */
    int required(String name, int least, int most) {
        return integer(name, least, most, true, least);
    }

    /** An integer in a range; {@code absent} when the field is not there. */
    int integer(String name, int least, int most, int absent) {
        return integer(name, least, most, false, absent);
    }

    private int integer(String name, int least, int most, boolean mustBeThere, int otherwise) {
        JsonNode value = value(name);
        if (value == null && !mustBeThere) {
            return otherwise;
        }
        if (value == null
                || !value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < least
                || value.intValue() > most) {
            problem(name, "an integer from " + least + " to " + most);
            return otherwise;
        }
        return value.intValue();
    }

    /** A finite number that satisfies the test; {@code absent} when the field is not there or is invalid. */
    double number(String name, Predicate<Double> test, String allowed, double absent) {
        JsonNode value = value(name);
        if (value == null) {
            return absent;
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!Double.isFinite(number) || !test.test(number)) {
            problem(name, allowed);
            return absent;
        }
        return number;
    }

    /** A number that must be there; NaN when it is not or is invalid. */
    double requiredNumber(String name, Predicate<Double> test, String allowed) {
        if (!has(name)) {
            problem(name, allowed);
            return Double.NaN;
        }
        return number(name, test, allowed, Double.NaN);
    }

    boolean flag(String name, boolean absent) {
        JsonNode value = value(name);
        if (value == null) {
            return absent;
        }
        if (!value.isBoolean()) {
            problem(name, "true or false");
            return absent;
        }
        return value.booleanValue();
    }

    /** A text; {@code absent} when the field is not there or is no text. */
    String text(String name, String absent) {
        JsonNode value = value(name);
        if (value == null) {
            return absent;
        }
        if (!value.isTextual()) {
            problem(name, "a text");
            return absent;
        }
        return value.textValue();
    }
}
