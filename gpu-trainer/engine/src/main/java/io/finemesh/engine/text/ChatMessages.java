package io.finemesh.engine.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.function.UnaryOperator;

/** A conversation as chat templates are given it: {@code role} and {@code content} of each message. */
final class ChatMessages {
    private ChatMessages() {}

    static ArrayNode of(Conversation conversation) {
        ArrayNode messages = JsonNodeFactory.instance.arrayNode();
        for (Turn turn : conversation.turns()) {
            messages.addObject().put("role", turn.role().wireName()).put("content", turn.content());
        }
        return messages;
    }

    /** The same messages with everything that is said changed. */
    static ArrayNode with(ArrayNode messages, UnaryOperator<String> change) {
        ArrayNode changed = JsonNodeFactory.instance.arrayNode();
        messages.forEach(message -> changed.addObject()
                .put("role", message.get("role").textValue())
                .put("content", change.apply(message.get("content").textValue())));
        return changed;
    }
}
