package io.finemesh.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tools and calls of them in rows: objects, or texts that are JSON. A call is {@code {"name":...,"arguments":{...}}}, or the same as
 * {@code function} of an object, as OpenAI has it.
 */
final class ToolText {
    private static final int DEEPEST = 32;
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ToolText() {}

    /** Tools and calls cannot be read. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    static boolean isAbsent(JsonNode value) {
        return value.isMissingNode()
                || value.isNull()
                || value.isArray() && value.isEmpty()
                || value.isTextual() && value.textValue().isBlank();
    }

    /** The list of tools that a row offers, as JSON; nothing where it has none. */
    static Optional<String> tools(JsonNode field) throws Malformed {
        if (isAbsent(field)) {
            return Optional.empty();
        }
        JsonNode tools = parsed(field, "tools");
        if (!tools.isArray()) {
            throw new Malformed("tools is not a list of objects");
        }
        for (JsonNode tool : tools) {
            if (!tool.isObject()) {
                throw new Malformed("tools has an entry that is not an object");
            }
        }
        return tools.isEmpty() ? Optional.empty() : Optional.of(tools.toString());
    }

    /** One call or a list of them. @param where in the row, for messages */
    static List<ToolCall> calls(JsonNode field, String where) throws Malformed {
        JsonNode parsed = parsed(field, where);
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : parsed.isArray() ? parsed : List.of(parsed)) {
            JsonNode function = call.has("function") ? call.get("function") : call;
            JsonNode name = function.path("name");
            if (!name.isTextual() || name.textValue().isBlank()) {
                throw new Malformed(where + " has a call without the name of a tool");
            }
            JsonNode arguments = function.has("arguments") ? function.get("arguments") : function.path("parameters");
            JsonNode object = arguments.isMissingNode() || arguments.isNull()
                    ? MAPPER.createObjectNode()
                    : parsed(arguments, where + ", arguments of " + Shown.text(name.textValue()) + ",");
            if (!object.isObject()) {
                throw new Malformed(
                        where + " calls " + Shown.text(name.textValue()) + " with arguments that are not an object");
            }
            calls.add(new ToolCall(name.textValue(), object.toString()));
        }
        if (calls.isEmpty()) {
            throw new Malformed(where + " calls nothing");
        }
        return calls;
    }

    private static JsonNode parsed(JsonNode field, String what) throws Malformed {
        if (!field.isTextual()) {
            return field;
        }
        try {
            return MAPPER.readTree(field.textValue());
        } catch (JsonProcessingException malformed) {
            throw new Malformed(what + " is text that is not JSON: " + Shown.text(malformed.getOriginalMessage()));
        }
    }
}
