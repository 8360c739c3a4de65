package io.finemesh.score.solutions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Takes one row apart, whichever of the published forms it has. */
final class SolutionRow {
    /** The model's name where a file does not say it. */
    static final String UNNAMED = "model";

    private final SolutionForm form;
    private final Row row;
    private final ObjectNode value;
    private final Fields fields;
    private final Map<String, List<String>> solutions = new LinkedHashMap<>();
    private final Map<String, Boolean> claims = new HashMap<>();
    private boolean broken;

    SolutionRow(SolutionForm form, Row row, Consumer<RowProblem> problems) {
        this.form = form;
        this.row = row;
        this.value = row.value();
        this.fields = new Fields(row, problem -> {
            broken = true;
            problems.accept(problem);
        });
    }

    Optional<Solved> read() {
        return value.path("doc").isObject() && value.has("resps") ? harnessRecord() : plain();
    }

    /** A line of lm-evaluation-harness's samples file. */
    private Optional<Solved> harnessRecord() {
        Fields document = new Fields(
                new Row(row.line(), (ObjectNode) value.get("doc")),
                problem -> fields.problem(problem.kind(), "\"doc\": " + problem.message()));
        Optional<String> question = document.text(true, form.questions());
        Optional<String> reference = form.references().stream().anyMatch(value.get("doc")::has)
                ? document.text(true, form.references())
                : fields.text(true, List.of("target"));
        List<String> texts = new ArrayList<>();
        value.get("resps").forEach(repeats -> texts(repeats, texts));
        if (texts.isEmpty()) {
            fields.problem(
                    Kind.WRONG_TYPE,
                    "\"resps\" is " + Fields.described(value.get("resps")) + " where [[text]] should be");
        }
        solutions.put(name(), texts);
        return solved(question, reference);
    }

    private static void texts(JsonNode repeats, List<String> texts) {
        if (repeats.isTextual()) {
            texts.add(repeats.textValue());
        } else {
            repeats.forEach(repeat -> {
                if (repeat.isTextual()) {
                    texts.add(repeat.textValue());
                }
            });
        }
    }

    private Optional<Solved> plain() {
        Optional<String> question = fields.text(true, form.questions());
        Optional<String> reference = fields.text(true, form.references());
        String questionField = first(form.questions());
        String referenceField = first(form.references());
        byModel(questionField, referenceField);
        SolutionForm.CONTAINERS.stream().filter(value::has).forEach(this::container);
        if (solutions.isEmpty() && !broken) {
            single(referenceField);
        }
        if (solutions.isEmpty() && !broken) {
            others(questionField, referenceField);
        }
        if (solutions.isEmpty() && !broken) {
            fields.problem(
                    Kind.MISSING_FIELD,
                    "no solution of a model: neither one of "
                            + String.join(
                                    ", ",
                                    form.outputs().stream()
                                            .filter(name -> !name.equals(referenceField))
                                            .toList())
                            + ", nor a field for each model; the row has " + fields.keys());
        }
        return solved(question, reference);
    }

    private Optional<Solved> solved(Optional<String> question, Optional<String> reference) {
        return broken || question.isEmpty() || reference.isEmpty()
                ? Optional.empty()
                : Optional.of(new Solved(row.line(), question.get(), reference.get(), solutions, claims));
    }

    private String first(List<String> names) {
        return names.stream().filter(value::has).findFirst().orElse("");
    }

    private String name() {
        return SolutionForm.MODELS.stream()
                .map(value::path)
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .findFirst()
                .orElse(UNNAMED);
    }

    /** A field for each model, an object with the solution in it: OpenAI's example solutions. */
    private void byModel(String questionField, String referenceField) {
        value.properties().forEach(field -> {
            boolean other = field.getKey().equals(questionField)
                    || field.getKey().equals(referenceField)
                    || SolutionForm.CONTAINERS.contains(field.getKey());
            if (!other && isSolution(field.getValue())) {
                object(field.getKey(), field.getValue());
            }
        });
    }

    private static boolean isSolution(JsonNode node) {
        return node.isObject() && SolutionForm.SURE.stream().anyMatch(node::has);
    }

    private void object(String model, JsonNode holder) {
        Optional<String> name = SolutionForm.INNER.stream().filter(holder::has).findFirst();
        if (name.isEmpty()) {
            fields.problem(Kind.MISSING_FIELD, "\"" + model + "\" has no \"solution\"");
        } else if (text(model, "\"" + model + "\": \"" + name.get() + "\"", holder.get(name.get()))
                && holder.path("is_correct").isBoolean()) {
            claims.put(model, holder.get("is_correct").booleanValue());
        }
    }

    private boolean text(String model, String where, JsonNode text) {
        if (!text.isTextual()) {
            fields.problem(Kind.WRONG_TYPE, where + " is " + Fields.described(text) + " where a text should be");
            return false;
        }
        solutions.computeIfAbsent(model, key -> new ArrayList<>()).add(text.textValue());
        return true;
    }

    private void container(String name) {
        JsonNode container = value.get(name);
        if (container.isObject()) {
            container.properties().forEach(entry -> element(entry.getKey(), name, entry.getValue()));
        } else if (container.isArray() && !container.isEmpty()) {
            container.forEach(element -> {
                String model = SolutionForm.MODELS.stream()
                        .map(element::path)
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::textValue)
                        .findFirst()
                        .orElseGet(this::name);
                element(model, name, element);
            });
        } else {
            fields.problem(
                    Kind.WRONG_TYPE,
                    "\"" + name + "\" is " + Fields.described(container)
                            + " where texts, or an object by model, should be");
        }
    }

    private void element(String model, String container, JsonNode element) {
        if (element.isArray()) {
            element.forEach(text -> text(model, "\"" + container + "\"", text));
        } else if (element.isObject()) {
            object(model, element);
        } else {
            text(model, "\"" + container + "\"", element);
        }
    }

    /** One text, or several in a list, under a name that outputs usually have. */
    private void single(String referenceField) {
        Optional<String> name = form.outputs().stream()
                .filter(candidate -> !candidate.equals(referenceField) && value.has(candidate))
                .findFirst();
        name.ifPresent(field -> element(name(), field, value.get(field)));
        JsonNode correct = value.path("is_correct");
        if (name.isPresent() && correct.isBoolean()) {
            claims.put(name(), correct.booleanValue());
        }
    }

    /** Whatever other texts there are, each the solution of the model that its field is named after. */
    private void others(String questionField, String referenceField) {
        value.properties().forEach(field -> {
            String name = field.getKey();
            boolean fact = name.equals(questionField)
                    || name.equals(referenceField)
                    || SolutionForm.FACTS.contains(name)
                    || SolutionForm.MODELS.contains(name)
                    || form.questions().contains(name)
                    || form.references().contains(name);
            if (!fact && field.getValue().isTextual()) {
                text(name, "\"" + name + "\"", field.getValue());
            }
        });
    }
}
