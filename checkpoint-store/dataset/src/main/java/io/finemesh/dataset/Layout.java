package io.finemesh.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the fields of a data set are called, as an entry of LLaMA-Factory's {@code dataset_info.json} says it: {@code formatting},
 * {@code columns} and {@code tags}. Where {@code columns} is present, columns it does not list do not exist.
 *
 * @param format the form the rows come down to
 * @param columns name in the rows by standard name; empty for the standard names themselves
 * @param tags value or field name in the rows by standard name; empty for the standard ones
 */
public record Layout(Optional<RowFormat> format, Map<String, String> columns, Map<String, String> tags) {
    /** The standard names. */
    public static final Layout STANDARD = new Layout(Optional.empty(), Map.of(), Map.of());

    private static final Set<String> COLUMNS =
            Set.of("prompt", "query", "response", "history", "messages", "system", "tools");
    private static final Map<String, String> ALPACA = Map.of(
            "prompt", "instruction", "query", "input", "response", "output", "history", "history", "system", "system");
    private static final Set<String> TAGS = Set.of(
            "role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag");
    private static final Map<String, String> ROLES = Map.of(
            "user_tag", "human",
            "assistant_tag", "gpt",
            "system_tag", "system",
            "observation_tag", "observation",
            "function_tag", "function_call");

    public Layout {
        columns = Map.copyOf(columns);
        tags = Map.copyOf(tags);
    }

    /**
     * Reads one entry of {@code dataset_info.json}.
     *
     * @throws IllegalArgumentException with everything about the entry that is not taken
     */
    public static Layout of(String name, JsonNode entry) {
        List<String> problems = new ArrayList<>();
        if (entry.path("ranking").asBoolean(false)) {
            problems.add(
                    "'ranking' is true: pairs of a chosen and a rejected answer are for preference training, which there is not");
        }
        String formatting = entry.path("formatting").asText("alpaca");
        Map<String, String> columns = texts(entry.path("columns"), "columns", COLUMNS, problems);
        Map<String, String> tags = texts(entry.path("tags"), "tags", TAGS, problems);
        Optional<RowFormat> format =
                switch (formatting) {
                    case "alpaca" -> {
                        boolean textOnly = columns.containsKey("prompt") && !columns.containsKey("response");
                        yield Optional.of(textOnly ? RowFormat.COMPLETION : RowFormat.ALPACA);
                    }
                    case "sharegpt" -> Optional.of(RowFormat.SHAREGPT);
                    case "openai" -> Optional.of(RowFormat.OPENAI);
                    default -> {
                        problems.add(
                                "'formatting' is '" + Shown.text(formatting) + "'; allowed: alpaca, sharegpt, openai");
                        yield Optional.empty();
                    }
                };
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("data set " + Shown.text(name) + ": " + String.join("; ", problems));
        }
        return new Layout(format, columns, tags);
    }

    private static Map<String, String> texts(JsonNode object, String what, Set<String> known, List<String> problems) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!object.isMissingNode() && !object.isObject()) {
            problems.add("'" + what + "' is not an object");
        }
        object.properties().forEach(property -> {
            if (!known.contains(property.getKey())) {
                problems.add("'" + what + "' has '" + Shown.text(property.getKey()) + "'; allowed: "
                        + String.join(", ", known.stream().sorted().toList()));
            } else if (!property.getValue().isTextual()) {
                problems.add("'" + what + "." + property.getKey() + "' is not text");
            } else {
                texts.put(property.getKey(), property.getValue().textValue());
            }
        });
        return texts;
    }

    /** The row under the standard names. */
    ObjectNode standard(ObjectNode row) {
        if (format.isEmpty() || columns.isEmpty() && tags.isEmpty()) {
            return row;
        }
        return switch (format.get()) {
            case ALPACA -> renamed(row, ALPACA);
            case COMPLETION -> renamed(row, Map.of("prompt", "text"));
            case SHAREGPT -> chat(row, "conversations", "from", "value");
            case OPENAI -> {
                ObjectNode standard = chat(row, "messages", "from", "value");
                yield roles(standard);
            }
            case DOCUMENTS -> row;
        };
    }

    private ObjectNode renamed(ObjectNode row, Map<String, String> names) {
        if (columns.isEmpty()) {
            return row;
        }
        ObjectNode standard = JsonNodeFactory.instance.objectNode();
        names.forEach((column, field) -> {
            JsonNode value = row.get(columns.getOrDefault(column, ""));
            if (value != null) {
                standard.set(field, value);
            }
        });
        return standard;
    }

    private ObjectNode chat(ObjectNode row, String messages, String from, String value) {
        ObjectNode standard = JsonNodeFactory.instance.objectNode();
        String column = columns.getOrDefault("messages", columns.isEmpty() ? messages : "");
        String tools = columns.getOrDefault("tools", columns.isEmpty() ? "tools" : "");
        if (row.has(tools)) {
            standard.set("tools", row.get(tools));
        }
        String system = columns.getOrDefault("system", columns.isEmpty() ? "system" : "");
        if (row.has(system)) {
            standard.set("system", row.get(system));
        }
        JsonNode list = row.path(column);
        if (!list.isArray()) {
            if (row.has(column)) {
                standard.set(messages, list);
            }
            return standard;
        }
        boolean openAi = format.equals(Optional.of(RowFormat.OPENAI));
        String roleTag = tags.getOrDefault("role_tag", openAi ? "role" : from);
        String contentTag = tags.getOrDefault("content_tag", openAi ? "content" : value);
        ArrayNode turns = standard.putArray(messages);
        for (JsonNode message : list) {
            ObjectNode turn = turns.addObject();
            JsonNode role = message.path(roleTag);
            if (role.isTextual()) {
                turn.put(from, speaker(role.textValue(), openAi));
            } else if (!role.isMissingNode()) {
                turn.set(from, role);
            }
            if (message.has(contentTag)) {
                turn.set(value, message.get(contentTag));
            }
            if (message.has("tool_calls")) {
                turn.set("tool_calls", message.get("tool_calls"));
            }
        }
        return standard;
    }

    private String speaker(String role, boolean openAi) {
        for (Map.Entry<String, String> known : ROLES.entrySet()) {
            String usual = openAi ? OPENAI_ROLES.get(known.getKey()) : known.getValue();
            // An unlisted tag of the system role means that there is no system turn.
            String own = tags.getOrDefault(
                    known.getKey(), tags.isEmpty() || !known.getKey().equals("system_tag") ? usual : "");
            if (role.equals(own)) {
                return known.getValue();
            }
        }
        return role;
    }

    private static final Map<String, String> OPENAI_ROLES = Map.of(
            "user_tag", "user",
            "assistant_tag", "assistant",
            "system_tag", "system",
            "observation_tag", "tool",
            "function_tag", "function_call");

    /** Back from ShareGPT's words to OpenAI's. */
    private static ObjectNode roles(ObjectNode standard) {
        standard.path("messages").forEach(message -> {
            if (message instanceof ObjectNode turn && turn.path("from").isTextual()) {
                String role =
                        switch (turn.get("from").textValue()) {
                            case "human" -> "user";
                            case "gpt" -> "assistant";
                            case "observation" -> "tool";
                            default -> turn.get("from").textValue();
                        };
                turn.put("role", role);
                turn.set("content", turn.path("value").isMissingNode() ? turn.nullNode() : turn.get("value"));
            }
        });
        JsonNode system = standard.remove("system");
        if (system != null
                && system.isTextual()
                && standard.path("messages") instanceof ArrayNode messages
                && !messages.path(0).path("role").asText().equals("system")) {
            messages.insertObject(0).put("role", "system").put("content", system.textValue());
        }
        return standard;
    }
}
