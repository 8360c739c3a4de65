package io.finemesh.engine.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A conversation as chat templates of Hugging Face transformers are given it: {@code role}, {@code content} and {@code tool_calls} of each message, whose
 * arguments are objects, and a list of tools.
 *
 * @param messages of the conversation
 * @param tools there are, if any
 */
record ChatMessages(ArrayNode messages, Optional<ArrayNode> tools) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static ChatMessages of(Conversation conversation) {
        ArrayNode messages = JsonNodeFactory.instance.arrayNode();
        for (Turn turn : conversation.turns()) {
            ObjectNode message =
                    messages.addObject().put("role", turn.role().wireName()).put("content", turn.words());
            if (!turn.calls().isEmpty()) {
                ArrayNode calls = message.putArray("tool_calls");
                turn.calls().forEach(call -> calls.addObject()
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .set("arguments", read(call.arguments())));
            }
        }
        return new ChatMessages(messages, conversation.tools().map(tools -> (ArrayNode) read(tools)));
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException cannotHappen) {
            // Cannot happen because the reader of conversations took it for JSON.
            throw new IllegalStateException(cannotHappen);
        }
    }

    /**
     * The same with everything changed that a sample can say.
     *
     * @param said changes contents
     * @param named changes other texts and names, which templates compare with words of their own
     */
    ChatMessages with(UnaryOperator<String> said, UnaryOperator<String> named) {
        ArrayNode changed = JsonNodeFactory.instance.arrayNode();
        for (JsonNode message : messages) {
            ObjectNode copy = (ObjectNode) with(message, named);
            copy.set("role", message.get("role"));
            copy.put("content", said.apply(message.get("content").textValue()));
            changed.add(copy);
        }
        return new ChatMessages(changed, tools.map(some -> (ArrayNode) with(some, named)));
    }

    private static JsonNode with(JsonNode node, UnaryOperator<String> change) {
        return switch (node) {
            case TextNode text -> TextNode.valueOf(change.apply(text.textValue()));
            case ArrayNode list -> {
                ArrayNode copy = JsonNodeFactory.instance.arrayNode(list.size());
                list.forEach(item -> copy.add(with(item, change)));
                yield copy;
            }
            case ObjectNode object -> {
                ObjectNode copy = JsonNodeFactory.instance.objectNode();
                object.properties()
                        .forEach(property ->
                                copy.set(change.apply(property.getKey()), with(property.getValue(), change)));
                yield copy;
            }
            default -> node;
        };
    }
}
