package io.finemesh.score.custom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.finemesh.score.custom.TaskDefinition.Reading;
import io.finemesh.score.python.PythonFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A task file. Keys: {@code task}, {@code version} (1), {@code prompt} and {@code target} with fields in braces, and either {@code choices} (a list, or the name of a field that
 * holds one) or any of {@code regex}, {@code pick} ({@code first} or {@code last}), {@code metric} ({@code exact_match}, {@code number_or_text}, {@code number}), {@code stops} and {@code longest}.
 *
 * @param definition the task; empty when there are faults
 * @param faults everything that is wrong with the file, by key
 */
public record TaskFile(Optional<TaskDefinition> definition, List<Fault> faults) {
    private static final Set<String> KEYS =
            Set.of("task", "version", "prompt", "target", "choices", "regex", "pick", "metric", "stops", "longest");

    private static final int LONGEST = 256;
    private static final int LONGEST_ALLOWED = 1 << 20;

    /**
     * Something wrong with a task file.
     *
     * @param key the key; empty when the file as a whole is meant
     * @param message what was found, what is allowed, what to do
     */
    public record Fault(String key, String message) {}

    public TaskFile {
        faults = List.copyOf(faults);
    }

    /** Reads a file. */
    public static TaskFile read(String yaml) {
        YAMLMapper mapper = YAMLMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try {
            JsonNode root = mapper.readTree(yaml);
            if (!(root instanceof ObjectNode object)) {
                return new TaskFile(
                        Optional.empty(),
                        List.of(new Fault("", "the file holds no keys; it needs at least task, prompt and target")));
            }
            return new Reader(object).read();
        } catch (JsonProcessingException broken) {
            String where = broken.getLocation() == null
                    ? ""
                    : " (line " + broken.getLocation().getLineNr() + ")";
            String reason = String.valueOf(broken.getOriginalMessage())
                    .lines()
                    .findFirst()
                    .orElse("");
            return new TaskFile(
                    Optional.empty(), List.of(new Fault("", "the file is not YAML" + where + ": " + reason)));
        }
    }

    private static final class Reader {
        private final ObjectNode root;
        private final List<Fault> faults = new ArrayList<>();

        Reader(ObjectNode root) {
            this.root = root;
        }

        TaskFile read() {
            root.fieldNames().forEachRemaining(key -> {
                if (!KEYS.contains(key)) {
                    fault(
                            key,
                            "is not a key of a task file; the keys are "
                                    + String.join(", ", KEYS.stream().sorted().toList()));
                }
            });
            Optional<String> name = text("task", true);
            name.filter(text -> !text.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"))
                    .ifPresent(text -> fault(
                            "task", "may have letters, digits, '_', '-' and '.', at most 100; it is \"" + text + "\""));
            double version = number("version", 1);
            Optional<PythonFormat> prompt = format("prompt");
            Optional<PythonFormat> target = format("target");
            prompt.filter(format -> format.fields().isEmpty())
                    .ifPresent(format -> fault(
                            "prompt",
                            "names no field of the data, such as {question}, so every prompt would be the same"));
            Optional<Reading> reading = root.has("choices") ? chosen() : written();
            if (!faults.isEmpty()) {
                return new TaskFile(Optional.empty(), faults);
            }
            return new TaskFile(
                    Optional.of(new TaskDefinition(
                            name.orElseThrow(),
                            version,
                            prompt.orElseThrow(),
                            target.orElseThrow(),
                            reading.orElseThrow())),
                    List.of());
        }

        private Optional<Reading> chosen() {
            for (String key : List.of("regex", "pick", "metric", "stops", "longest")) {
                if (root.has(key)) {
                    fault(
                            key,
                            "does not go with choices: a choice is weighed by its likelihood, not written; drop one of the two");
                }
            }
            JsonNode choices = root.get("choices");
            if (choices.isTextual() && !choices.textValue().isBlank()) {
                return Optional.of(new Reading.Chosen(List.of(), Optional.of(choices.textValue())));
            }
            List<String> texts = texts("choices");
            if (texts.size() < 2 || texts.stream().distinct().count() < texts.size()) {
                fault("choices", "should be two or more different texts, or the name of a field that lists them");
            }
            return Optional.of(new Reading.Chosen(texts, Optional.empty()));
        }

        private Optional<Reading> written() {
            Optional<Pattern> pattern = text("regex", false).flatMap(this::pattern);
            String pick = text("pick", false).orElse("first");
            if (!pick.equals("first") && !pick.equals("last")) {
                fault("pick", "may be first or last; it is \"" + pick + "\"");
            }
            if (root.has("pick") && !root.has("regex")) {
                fault("pick", "says which match of a regex counts, and there is no regex");
            }
            Optional<AnswerMetric> metric =
                    text("metric", false).flatMap(this::metric).or(() -> Optional.of(AnswerMetric.EXACT_MATCH));
            double longest = number("longest", LONGEST);
            if (longest != Math.rint(longest) || longest < 1 || longest > LONGEST_ALLOWED) {
                fault("longest", "is the most new tokens, a whole number from 1 to " + LONGEST_ALLOWED);
            }
            List<String> stops = root.has("stops") ? texts("stops") : List.of();
            return metric.map(known -> new Reading.Written(pattern, pick.equals("last"), known, stops, (int) longest));
        }

        private Optional<Pattern> pattern(String regex) {
            try {
                return Optional.of(Pattern.compile(regex, Pattern.UNIX_LINES));
            } catch (PatternSyntaxException broken) {
                fault(
                        "regex",
                        "is no regular expression: " + broken.getDescription() + " at character " + broken.getIndex());
                return Optional.empty();
            }
        }

        private Optional<AnswerMetric> metric(String key) {
            Optional<AnswerMetric> metric = Arrays.stream(AnswerMetric.values())
                    .filter(candidate -> candidate.key().equals(key))
                    .findFirst();
            if (metric.isEmpty()) {
                fault(
                        "metric",
                        "may be "
                                + String.join(
                                        ", ",
                                        Arrays.stream(AnswerMetric.values())
                                                .map(AnswerMetric::key)
                                                .toList())
                                + "; it is \"" + key + "\"");
            }
            return metric;
        }

        private Optional<PythonFormat> format(String key) {
            try {
                return text(key, true).map(PythonFormat::parse);
            } catch (IllegalArgumentException loose) {
                fault(key, loose.getMessage());
                return Optional.empty();
            }
        }

        private Optional<String> text(String key, boolean needed) {
            JsonNode value = root.get(key);
            if (value == null) {
                if (needed) {
                    fault(key, "is missing");
                }
                return Optional.empty();
            }
            if (!value.isTextual() || value.textValue().isEmpty()) {
                fault(key, "should be a text");
                return Optional.empty();
            }
            return Optional.of(value.textValue());
        }

        private double number(String key, double standard) {
            JsonNode value = root.get(key);
            if (value == null) {
                return standard;
            }
            if (!value.isNumber()) {
                fault(key, "should be a number");
                return standard;
            }
            return value.doubleValue();
        }

        private List<String> texts(String key) {
            List<String> texts = new ArrayList<>();
            boolean all = root.get(key).isArray();
            for (JsonNode element : root.get(key)) {
                // YAML reads yes, no, 1 and 2.5 as other things than texts; here they are meant as they are written.
                all &= element.isValueNode()
                        && !element.isNull()
                        && !element.asText().isEmpty();
                texts.add(element.asText());
            }
            if (!all) {
                fault(key, "should be a list of texts, none of them empty");
            }
            return texts;
        }

        private void fault(String key, String message) {
            faults.add(new Fault(key, "\"" + key + "\" " + message));
        }
    }
}
