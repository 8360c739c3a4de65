package io.finemesh.workbench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hyper-parameters of one method: an object, or a line such as {@code betas .9 .999, eps 1e-8, wd .01 on all}. Fields it lacks may stand beside it. A field nobody
 * asks for is a problem, because leaving it out would compare with another run than the one that was made.
 */
final class Settings {
    private static final Pattern CLAUSE = Pattern.compile("\\s*(\\w+)\\s+(\\S.*?)\\s*");
    private static final Pattern DECAY = Pattern.compile("(\\S+?)(?: on (.+))?");

    private final String name;
    private final Map<String, JsonNode> own;
    private final JsonNode shared;
    private final Set<String> unread;

    private Settings(String name, Map<String, JsonNode> own, JsonNode shared) {
        this.name = name;
        this.own = own;
        this.shared = shared;
        this.unread = new TreeSet<>(own.keySet());
        unread.removeAll(Set.of("note", "comment"));
    }

    /**
     * The settings of a kind of run.
     *
     * @param hyper the {@code hyper} object of an expected file
     * @param kind of the curve, such as {@code badam} or {@code badam_descending}
     * @param method of the kind; its section is used where the kind has none of its own
     */
    static Settings of(JsonNode hyper, String kind, String method) {
        String section = hyper.has(kind) ? kind : method;
        JsonNode node = hyper.path(section);
        String name = "hyper." + section;
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        if (node.isTextual()) {
            for (String clause : node.textValue().split(",")) {
                Matcher matcher = CLAUSE.matcher(clause);
                if (!matcher.matches()) {
                    throw new ParityException(name + ": found \"" + node.textValue()
                            + "\"; expected settings like \"betas .9 .999, eps 1e-8, wd .01 on all\"");
                }
                fields.put(matcher.group(1), JsonNodeFactory.instance.textNode(matcher.group(2)));
            }
        } else if (node.isObject()) {
            node.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        } else {
            throw new ParityException(name + ": found " + (node.isMissingNode() ? "nothing" : node)
                    + "; expected the settings of the run as an object or a line of text");
        }
        return new Settings(name, fields, hyper);
    }

    /** A field of its own or, lacking that, a shared one; null if there is neither. */
    private JsonNode find(String field) {
        unread.remove(field);
        JsonNode found = own.get(field);
        if (found == null && !shared.path(field).isContainerNode()) {
            found = shared.get(field);
        }
        return found == null || found.isNull() ? null : found;
    }

    double number(String field, double absent) {
        JsonNode found = find(field);
        return found == null ? absent : number(field, found);
    }

    double required(String field) {
        JsonNode found = find(field);
        if (found == null) {
            throw new ParityException(name + "." + field + " is missing");
        }
        return number(field, found);
    }

    private double number(String field, JsonNode found) {
        double value = found.isNumber() ? found.doubleValue() : parsed(found.asText());
        if (!Double.isFinite(value)) {
            throw new ParityException(name + "." + field + ": found " + found + "; expected a number");
        }
        return value;
    }

    private static double parsed(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException notANumber) {
            return Double.NaN;
        }
    }

    int integer(String field, int absent) {
        double value = number(field, absent);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw new ParityException(name + "." + field + ": found " + value + "; expected a whole number");
        }
        return (int) value;
    }

    String text(String field, String absent) {
        JsonNode found = find(field);
        return found == null ? absent : found.asText();
    }

    /** Both betas: a list, two words, or two fields. */
    double[] betas() {
        JsonNode found = find("betas");
        double[] betas = {number("beta1", 0.9), number("beta2", 0.999)};
        if (found != null && found.isArray() && found.size() == 2) {
            return new double[] {number("betas", found.get(0)), number("betas", found.get(1))};
        }
        if (found != null) {
            betas = Arrays.stream(found.asText().split("[ ,]+"))
                    .mapToDouble(Settings::parsed)
                    .toArray();
            if (betas.length != 2 || Double.isNaN(betas[0] + betas[1])) {
                throw new ParityException(name + ".betas: found " + found + "; expected two numbers");
            }
        }
        return betas;
    }

    /**
     * Weight decay.
     *
     * @param rate fraction of a weight, times the learning rate, taken off at each update
     * @param matricesOnly whether norms and biases keep their scale
     */
    record Decay(double rate, boolean matricesOnly) {}

    Decay decay() {
        String field = own.containsKey("weight_decay") ? "weight_decay" : "wd";
        String text = text(field, "0");
        Matcher matcher = DECAY.matcher(text);
        double rate = matcher.matches() ? parsed(matcher.group(1)) : Double.NaN;
        String on = matcher.matches() && matcher.group(2) != null ? matcher.group(2) : "all";
        boolean matrices = on.equals("matrices") || on.startsWith("2-D");
        if (!(rate >= 0) || !(matrices || on.startsWith("all"))) {
            throw new ParityException(name + "." + field + ": found \"" + text
                    + "\"; expected a number, alone or followed by \"on all\" or \"on matrices\"");
        }
        return new Decay(rate, matrices);
    }

    /** A sentence about one of this section's fields. */
    ParityException problem(String field, String found, String expected) {
        return new ParityException(name + "." + field + ": found \"" + found + "\"; understood is " + expected);
    }

    /** Refuses what was not asked for. */
    void requireAllRead() {
        if (!unread.isEmpty()) {
            throw new ParityException(name + " has settings that are not understood: " + String.join(", ", unread));
        }
    }
}
