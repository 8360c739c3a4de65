package io.finemesh.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.operation.Printing.Notation;
import java.time.Clock;
import java.util.Optional;

/**
 * A template, what it is rendered with, and the text somebody expects; the form in which the field's renderers share their tests.
 *
 * @param name what the case is called
 * @param template the template
 * @param data names and their values
 * @param target the expected text
 */
public record TemplateCase(String name, String template, JsonNode data, String target) {

    /** How a case ended. */
    public sealed interface Outcome {
        /**
         * The text is the expected one.
         *
         * @param notation the notation of collections that gave it
         */
        record Equal(Notation notation) implements Outcome {}

        /**
         * The text is another one.
         *
         * @param at first character that differs
         * @param expected the expected text around it
         * @param found the rendered text around it
         */
        record Different(int at, String expected, String found) implements Outcome {}

        /** The template was refused. */
        record Refused(TemplateException failure) implements Outcome {}
    }

    private static final int AROUND = 30;

    /**
     * Reads a case.
     *
     * @throws IllegalArgumentException where a field is missing or of the wrong type, with its name
     */
    public static TemplateCase read(JsonNode node, int index) {
        String name = node.path("name").asText("case " + (index + 1));
        for (String field : new String[] {"template", "target"}) {
            if (!node.path(field).isTextual()) {
                throw new IllegalArgumentException(
                        name + ": '" + field + "' must be a text but is " + describe(node.path(field)));
            }
        }
        if (!node.path("data").isObject()) {
            throw new IllegalArgumentException(
                    name + ": 'data' must be an object but is " + describe(node.path("data")));
        }
        return new TemplateCase(
                name,
                node.get("template").textValue(),
                node.get("data"),
                node.get("target").textValue());
    }

    private static String describe(JsonNode node) {
        return node.isMissingNode()
                ? "missing"
                : "of type " + node.getNodeType().toString().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Renders and compares. Where the text in Python's notation is another one, the notation of the JavaScript library is tried too,
     * since published expectations come from both; the outcome says which one it was.
     */
    public Outcome check(Clock clock) {
        try {
            ChatTemplate compiled = ChatTemplate.compile(template);
            String text = compiled.render(data, clock).text();
            if (text.equals(target)) {
                return new Outcome.Equal(Notation.PYTHON);
            }
            return inJson(compiled, clock).orElseGet(() -> different(text));
        } catch (TemplateException failure) {
            return new Outcome.Refused(failure);
        }
    }

    private Optional<Outcome> inJson(ChatTemplate compiled, Clock clock) {
        try {
            return compiled.render(data, clock, Notation.JSON).text().equals(target)
                    ? Optional.of(new Outcome.Equal(Notation.JSON))
                    : Optional.empty();
        } catch (TemplateException failure) {
            return Optional.empty();
        }
    }

    private Outcome different(String text) {
        int at = 0;
        while (at < Math.min(text.length(), target.length()) && text.charAt(at) == target.charAt(at)) {
            at++;
        }
        return new Outcome.Different(at, around(target, at), around(text, at));
    }

    private static String around(String text, int at) {
        return text.substring(Math.max(0, at - AROUND), Math.min(text.length(), at + AROUND));
    }
}
