package io.finemesh.score.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;

/**
 * {@code json.dumps}: the separators, escapes and number spellings of Python's writer. Hashes in sample files are over these bytes.
 */
public final class PythonJson {
    private final int indent;
    private final boolean asciiOnly;
    private final StringBuilder out = new StringBuilder();

    private PythonJson(int indent, boolean asciiOnly) {
        this.indent = indent;
        this.asciiOnly = asciiOnly;
    }

    /** One line, {@code ", "} and {@code ": "} between. */
    public static String line(JsonNode value, boolean asciiOnly) {
        return new PythonJson(-1, asciiOnly).write(value, 0).toString();
    }

    /** Indented by a number of spaces for each level, as {@code indent=} does. */
    public static String indented(JsonNode value, int spaces, boolean asciiOnly) {
        return new PythonJson(spaces, asciiOnly).write(value, 0).toString();
    }

    private StringBuilder write(JsonNode value, int depth) {
        switch (value.getNodeType()) {
            case OBJECT -> object(value, depth);
            case ARRAY -> array(value, depth);
            case STRING -> string(value.textValue());
            case NUMBER -> number(value);
            case BOOLEAN -> out.append(value.booleanValue());
            case NULL, MISSING -> out.append("null");
            case BINARY, POJO ->
                throw new IllegalArgumentException("a " + value.getNodeType() + " node has no JSON text in Python");
        }
        return out;
    }

    private void object(JsonNode value, int depth) {
        out.append('{');
        Iterator<Map.Entry<String, JsonNode>> fields = value.properties().iterator();
        boolean any = fields.hasNext();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> field = fields.next();
            lineBreak(depth + 1);
            string(field.getKey());
            out.append(": ");
            write(field.getValue(), depth + 1);
            separator(fields.hasNext());
        }
        close(any, depth, '}');
    }

    private void array(JsonNode value, int depth) {
        out.append('[');
        Iterator<JsonNode> elements = value.iterator();
        boolean any = elements.hasNext();
        while (elements.hasNext()) {
            JsonNode element = elements.next();
            lineBreak(depth + 1);
            write(element, depth + 1);
            separator(elements.hasNext());
        }
        close(any, depth, ']');
    }

    private void separator(boolean more) {
        if (more) {
            out.append(indent < 0 ? ", " : ",");
        }
    }

    private void close(boolean any, int depth, char bracket) {
        if (any) {
            lineBreak(depth);
        }
        out.append(bracket);
    }

    private void lineBreak(int depth) {
        if (indent >= 0) {
            out.append('\n').repeat(' ', indent * depth);
        }
    }

    private void number(JsonNode value) {
        if (value.isIntegralNumber()) {
            out.append(value.bigIntegerValue());
            return;
        }
        String text = PythonText.repr(value.doubleValue());
        out.append(
                switch (text) {
                    case "nan" -> "NaN";
                    case "inf" -> "Infinity";
                    case "-inf" -> "-Infinity";
                    default -> text;
                });
    }

    private void string(String text) {
        out.append('"');
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            switch (character) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (character < 0x20 || asciiOnly && character > 0x7E) {
                        out.append("\\u");
                        String digits = Integer.toHexString(character);
                        out.repeat('0', 4 - digits.length()).append(digits);
                    } else {
                        out.append(character);
                    }
                }
            }
        }
        out.append('"');
    }
}
