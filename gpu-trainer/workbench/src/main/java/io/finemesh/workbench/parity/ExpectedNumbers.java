package io.finemesh.workbench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What another implementation computed for a model: the fields of {@code expected.json}. Every field is optional but {@code T} and {@code batch}; what is there is
 * compared.
 *
 * @param batch the rows of each step
 * @param loss of the batch of step 0
 * @param logitsNorm Euclidean norm over all logits of that batch
 * @param logits some logits of that batch
 * @param gradients of that batch's loss, by the weight's name
 * @param continuations greedy ones
 * @param hyper hyper-parameters by name
 * @param curves losses of training, by what follows {@code loss_}
 */
record ExpectedNumbers(
        BatchFormula batch,
        OptionalDouble loss,
        OptionalDouble logitsNorm,
        List<LogitSlice> logits,
        Map<String, Gradient> gradients,
        List<Continuation> continuations,
        JsonNode hyper,
        Map<String, Curve> curves) {

    private static final Pattern LOGITS = Pattern.compile("logits_row(\\d+)_(last|mid|first|t?\\d+)_first(\\d+)");
    private static final Pattern GREEDY = Pattern.compile("greedy_(\\d+)_after_first_(\\d+)_ids_of_row(\\d+)");
    private static final Pattern LEADING = Pattern.compile("first\\d+");
    private static final int LONGEST = 1 << 20;

    /**
     * The first logits of one token.
     *
     * @param name of the field
     * @param row of the batch
     * @param token in the row
     */
    record LogitSlice(String name, int row, int token, double[] values) {}

    /**
     * A weight's gradient.
     *
     * @param norm Euclidean
     * @param leading its first elements; may be empty
     */
    record Gradient(double norm, double[] leading) {}

    /** Tokens that follow the first {@code prompt} tokens of a row. */
    record Continuation(String name, int row, int prompt, int[] tokens) {}

    /**
     * A training run.
     *
     * @param losses of each step's batch before its update, then of the batch after the last step
     * @param finalNorms of the weights after the last step, by name; may be empty
     */
    record Curve(double[] losses, Map<String, Double> finalNorms) {}

    static ExpectedNumbers read(Path file) throws IOException {
        JsonNode root;
        try {
            root = StrictJson.object(Files.readAllBytes(file));
        } catch (JsonException malformed) {
            throw new ParityException(file.getFileName() + ": " + malformed.getMessage());
        }
        int length = integer(root.get("T"), "T", 2, LONGEST);
        if (!root.path("batch").isTextual()) {
            throw new ParityException(
                    "batch: found " + root.path("batch") + "; expected the formula of the batch as a text");
        }
        BatchFormula batch = BatchFormula.parse(root.get("batch").textValue(), length);
        List<LogitSlice> logits = new ArrayList<>();
        List<Continuation> continuations = new ArrayList<>();
        Map<String, Curve> curves = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            String name = field.getKey();
            Matcher slice = LOGITS.matcher(name);
            Matcher greedy = GREEDY.matcher(name);
            if (slice.matches()) {
                int row = index(slice.group(1), batch.rows(), name);
                logits.add(new LogitSlice(
                        name, row, token(slice.group(2), length, name), numbers(field.getValue(), name)));
            } else if (greedy.matches()) {
                int row = index(greedy.group(3), batch.rows(), name);
                int prompt = index(greedy.group(2), length + 1, name);
                continuations.add(new Continuation(name, row, prompt, integers(field.getValue(), name)));
            } else if (name.startsWith("loss_")) {
                String kind = name.substring("loss_".length());
                curves.put(kind, new Curve(numbers(field.getValue(), name), norms(root, "final_norms_" + kind)));
            }
        }
        return new ExpectedNumbers(
                batch,
                optional(root, "loss"),
                optional(root, "logits_norm"),
                logits,
                gradients(root.path("grads")),
                continuations,
                root.path("hyper"),
                curves);
    }

    private static Map<String, Gradient> gradients(JsonNode node) {
        Map<String, Gradient> gradients = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> weight : node.properties()) {
            String name = "grads." + weight.getKey();
            Optional<Map.Entry<String, JsonNode>> leading = weight.getValue().properties().stream()
                    .filter(field -> LEADING.matcher(field.getKey()).matches())
                    .findFirst();
            gradients.put(
                    weight.getKey(),
                    new Gradient(
                            number(weight.getValue().get("norm"), name + ".norm"),
                            leading.map(field -> numbers(field.getValue(), name))
                                    .orElse(new double[0])));
        }
        return gradients;
    }

    private static Map<String, Double> norms(JsonNode root, String field) {
        Map<String, Double> norms = new LinkedHashMap<>();
        root.path(field)
                .properties()
                .forEach(entry -> norms.put(entry.getKey(), number(entry.getValue(), field + "." + entry.getKey())));
        return norms;
    }

    private static int token(String place, int length, String name) {
        return switch (place) {
            case "last" -> length - 1;
            case "mid" -> length / 2;
            case "first" -> 0;
            default -> index(place.replace("t", ""), length, name);
        };
    }

    private static int index(String digits, int bound, String name) {
        if (digits.length() > 9 || Integer.parseInt(digits) >= bound) {
            throw new ParityException(name + ": " + digits + " is beyond the batch; allowed are 0 to " + (bound - 1));
        }
        return Integer.parseInt(digits);
    }

    private static OptionalDouble optional(JsonNode root, String name) {
        return root.hasNonNull(name) ? OptionalDouble.of(number(root.get(name), name)) : OptionalDouble.empty();
    }

    static double number(JsonNode node, String name) {
        if (node == null || !node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw new ParityException(name + ": found " + node + "; expected a finite number");
        }
        return node.doubleValue();
    }

    static int integer(JsonNode node, String name, int least, int most) {
        if (node == null
                || !node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.intValue() < least
                || node.intValue() > most) {
            throw new ParityException(name + ": found " + node + "; expected an integer from " + least + " to " + most);
        }
        return node.intValue();
    }

    private static double[] numbers(JsonNode node, String name) {
        if (!node.isArray() || node.isEmpty()) {
            throw new ParityException(name + ": found " + node + "; expected a list of numbers");
        }
        double[] values = new double[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(node.get(i), name + "[" + i + "]");
        }
        return values;
    }

    private static int[] integers(JsonNode node, String name) {
        if (!node.isArray() || node.isEmpty()) {
            throw new ParityException(name + ": found " + node + "; expected a list of token ids");
        }
        int[] values = new int[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = integer(node.get(i), name + "[" + i + "]", 0, Integer.MAX_VALUE);
        }
        return values;
    }
}
