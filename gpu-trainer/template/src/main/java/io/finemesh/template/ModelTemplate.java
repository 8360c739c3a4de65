package io.finemesh.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.template.Rendering.Span;
import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.failure.TemplateException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The chat template of a model with the special tokens it prints: renders a conversation with the places where the assistant speaks.
 *
 * <p>Those places are the template's own {@code generation} blocks where it has them. Elsewhere each reply is found by rendering the
 * conversation up to it with {@code add_generation_prompt} and then with it: what the second text has more is the reply and its end of turn.
 * That only holds if each text begins with the one before it, which is checked; white space after the end of a turn is nobody's.
 */
public final class ModelTemplate {
    private static final String ASSISTANT = "assistant";

    private final ChatTemplate template;
    private final ObjectNode specialTokens;
    private final Clock clock;

    /**
     * @param specialTokens texts by name, such as {@code bos_token}
     * @param clock what {@code strftime_now} reads
     */
    public ModelTemplate(ChatTemplate template, ObjectNode specialTokens, Clock clock) {
        this.template = template;
        this.specialTokens = specialTokens.deepCopy();
        this.clock = clock;
    }

    /**
     * Reads the template of a model: {@code chat_template.jinja}, else {@code chat_template} of {@code tokenizer_config.json}, of which a
     * list has one named {@code default}.
     *
     * @return nothing where the model has no chat template
     * @throws TemplateException where the template cannot be compiled
     * @throws IOException where a file cannot be read or is not of the form
     */
    public static Optional<ModelTemplate> read(Path directory, Clock clock) throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        JsonNode configuration = Files.exists(file)
                ? new ObjectMapper().readTree(Files.readString(file))
                : JsonNodeFactory.instance.objectNode();
        Path own = directory.resolve("chat_template.jinja");
        Optional<String> source = Files.exists(own)
                ? Optional.of(Files.readString(own))
                : source(configuration.path("chat_template"), file);
        ObjectNode tokens = JsonNodeFactory.instance.objectNode();
        for (var property : configuration.properties()) {
            JsonNode value =
                    property.getValue().isObject() ? property.getValue().path("content") : property.getValue();
            if (property.getKey().endsWith("_token") && value.isTextual()) {
                tokens.put(property.getKey(), value.textValue());
            }
        }
        return source.map(text -> new ModelTemplate(ChatTemplate.compile(text), tokens, clock));
    }

    private static Optional<String> source(JsonNode template, Path file) throws IOException {
        if (template.isMissingNode() || template.isNull()) {
            return Optional.empty();
        }
        if (template.isTextual()) {
            return Optional.of(template.textValue());
        }
        List<String> names = new ArrayList<>();
        for (JsonNode each : template) {
            names.add(each.path("name").asText());
            if (each.path("name").asText().equals("default")
                    && each.path("template").isTextual()) {
                return Optional.of(each.get("template").textValue());
            }
        }
        throw new IOException(
                file + ": 'chat_template' is neither a text nor a list with one named 'default'; it names " + names);
    }

    /** The text up to where the assistant would speak next. */
    public String prompt(ArrayNode messages, Optional<ArrayNode> tools) {
        return rendered(messages, tools, true).text();
    }

    /**
     * The whole conversation with the places where the assistant speaks, in order.
     *
     * @throws TemplateException with {@link Reason#NOT_PREFIX_STABLE} where those places cannot be told
     */
    public Conversation conversation(ArrayNode messages, Optional<ArrayNode> tools) {
        Rendering whole = rendered(messages, tools, false);
        Optional<List<Span>> marked = whole.assistantSpans().filter(spans -> !spans.isEmpty());
        return new Conversation(
                whole.text(), marked.isPresent() ? marked.get() : replies(messages, tools, whole.text()));
    }

    /**
     * A rendered conversation.
     *
     * @param text all of it
     * @param replies where the assistant speaks, ends of turns included
     */
    public record Conversation(String text, List<Span> replies) {
        public Conversation {
            replies = List.copyOf(replies);
        }
    }

    private List<Span> replies(ArrayNode messages, Optional<ArrayNode> tools, String whole) {
        List<Span> replies = new ArrayList<>();
        for (int index = 0; index < messages.size(); index++) {
            if (!messages.get(index).path("role").asText().equals(ASSISTANT)) {
                continue;
            }
            String before = rendered(first(messages, index), tools, true).text();
            String after = index + 1 == messages.size()
                    ? whole
                    : rendered(first(messages, index + 1), tools, false).text();
            requirePrefix(before, after, index, "the prompt before it is not where the text with it begins");
            requirePrefix(after, whole, index, "the text up to it is not where the whole conversation begins");
            int end = after.length();
            while (end > before.length() && Character.isWhitespace(after.charAt(end - 1))) {
                end--;
            }
            replies.add(new Span(before.length(), end));
        }
        return replies;
    }

    private static void requirePrefix(String prefix, String text, int index, String problem) {
        if (!text.startsWith(prefix)) {
            int at = 0;
            while (at < Math.min(prefix.length(), text.length()) && prefix.charAt(at) == text.charAt(at)) {
                at++;
            }
            throw new TemplateException(
                    Reason.NOT_PREFIX_STABLE,
                    0,
                    "where message " + (index + 1) + " stands in the text cannot be told: " + problem
                            + " (they part at character " + at
                            + "); use a template with generation blocks, or train on conversations with one reply");
        }
    }

    private static ArrayNode first(ArrayNode messages, int count) {
        ArrayNode some = JsonNodeFactory.instance.arrayNode(count);
        for (int index = 0; index < count; index++) {
            some.add(messages.get(index));
        }
        return some;
    }

    private Rendering rendered(ArrayNode messages, Optional<ArrayNode> tools, boolean prompt) {
        ObjectNode context = specialTokens.deepCopy();
        context.set("messages", messages);
        context.set("tools", tools.isPresent() ? tools.get() : context.nullNode());
        context.putNull("documents");
        context.put("add_generation_prompt", prompt);
        return template.render(context, clock);
    }
}
