package io.finemesh.score.records;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.score.python.PythonText;
import io.finemesh.score.records.RowProblem.Kind;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes typed values out of one row; what is absent or of another type becomes a problem, so that every fault of a row is reported at once.
 */
public final class Fields {
    private final Row row;
    private final Consumer<RowProblem> problems;

    public Fields(Row row, Consumer<RowProblem> problems) {
        this.row = row;
        this.problems = problems;
    }

    /** The text under the first of these names that the row has. Numbers count as their text where {@code numbers} is set. */
    public Optional<String> text(boolean numbers, List<String> names) {
        for (String name : names) {
            JsonNode value = row.value().get(name);
            if (value == null) {
                continue;
            }
            if (value.isTextual()) {
                return Optional.of(value.textValue());
            }
            if (numbers && value.isNumber()) {
                return Optional.of(value.isIntegralNumber() ? value.asText() : PythonText.repr(value.doubleValue()));
            }
            wrong(name, numbers ? "a text or a number" : "a text", value);
            return Optional.empty();
        }
        missing(names);
        return Optional.empty();
    }

    /** A whole number; texts that spell one count, since ids are published both ways. */
    public Optional<Long> integer(String name) {
        JsonNode value = row.value().get(name);
        if (value == null) {
            missing(List.of(name));
            return Optional.empty();
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return Optional.of(value.longValue());
        }
        if (value.isNumber()
                && value.doubleValue() == Math.rint(value.doubleValue())
                && Math.abs(value.doubleValue()) < 1e15) {
            return Optional.of((long) value.doubleValue());
        }
        if (value.isTextual() && value.textValue().matches("-?[0-9]{1,18}")) {
            return Optional.of(Long.parseLong(value.textValue()));
        }
        wrong(name, "a whole number", value);
        return Optional.empty();
    }

    /** Adds a problem about this row. */
    public void problem(Kind kind, String message) {
        problems.accept(new RowProblem(row.line(), kind, message));
    }

    private void missing(List<String> names) {
        String wanted = names.size() == 1
                ? "\"" + names.getFirst() + "\""
                : "one of "
                        + String.join(
                                ", ",
                                names.stream().map(name -> "\"" + name + "\"").toList());
        problem(Kind.MISSING_FIELD, "no field " + wanted + "; the row has " + keys());
    }

    /** Names of the row's fields, for a message. */
    public String keys() {
        List<String> names = row.value().properties().stream()
                .map(field -> "\"" + RowReader.excerpt(field.getKey()) + "\"")
                .toList();
        if (names.isEmpty()) {
            return "no fields";
        }
        return names.size() <= 12
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, 12)) + " and " + (names.size() - 12) + " more";
    }

    private void wrong(String name, String wanted, JsonNode found) {
        problem(Kind.WRONG_TYPE, "\"" + name + "\" is " + described(found) + " where " + wanted + " should be");
    }

    /** What a value is, for a message. */
    public static String described(JsonNode value) {
        return value.isContainerNode() || value.isNull()
                ? "a JSON " + typeName(value)
                : "the " + typeName(value) + " " + RowReader.excerpt(value.toString());
    }

    static String typeName(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "array";
            case OBJECT -> "object";
            case STRING -> "text";
            case NUMBER -> "number";
            case BOOLEAN -> "boolean";
            case NULL -> "null";
            case MISSING -> "nothing";
            case BINARY, POJO -> value.getNodeType().name();
        };
    }
}
