package io.finemesh.template;

import com.fasterxml.jackson.core.JsonProcessingException;
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
 * That only holds if each text begins with the one before it, which is checked; white space after the end of a turn is nobody's. Where it does not
 * hold (templates that leave the thoughts of earlier turns out, or write something at the end of every text), the reply is what changes in the text
 * when other words stand for it.
 */
public final class ModelTemplate {
    /** The file that names special tokens, and has the template of models that have no file of its own. */
    public static final String CONFIGURATION = "tokenizer_config.json";

    /** The file that is the template. */
    public static final String TEMPLATE = "chat_template.jinja";

    private static final String ASSISTANT = "assistant";

    /** Two noncharacters of Unicode around a word: nobody's words. */
    private static final String STAND_IN = "\uFDEEreply\uFDEF";

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
        return read(existing(directory.resolve(CONFIGURATION)), existing(directory.resolve(TEMPLATE)), clock);
    }

    /**
     * Reads the template of a model whose files lie anywhere.
     *
     * @param configurationFile {@link #CONFIGURATION}
     * @param templateFile {@link #TEMPLATE}
     */
    public static Optional<ModelTemplate> read(
            Optional<Path> configurationFile, Optional<Path> templateFile, Clock clock) throws IOException {
        JsonNode configuration = configurationFile.isPresent()
                ? configuration(Files.readString(configurationFile.get()))
                : JsonNodeFactory.instance.objectNode();
        Optional<String> source = templateFile.isPresent()
                ? Optional.of(Files.readString(templateFile.get()))
                : source(configuration.path("chat_template"));
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

    private static Optional<Path> existing(Path file) {
        return Optional.of(file).filter(Files::exists);
    }

    private static JsonNode configuration(String json) throws IOException {
        try {
            JsonNode read = new ObjectMapper().readTree(json);
            if (read.isObject()) {
                return read;
            }
            throw new IOException(CONFIGURATION + " is not a JSON object");
        } catch (JsonProcessingException malformed) {
            throw new IOException(CONFIGURATION + " is not JSON: " + malformed.getOriginalMessage(), malformed);
        }
    }

    private static Optional<String> source(JsonNode template) throws IOException {
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
        throw new IOException(CONFIGURATION
                + ": 'chat_template' is neither a text nor a list with one named 'default'; it names " + names);
    }

    /** Name of the token that ends a text, if the model's files give it. */
    public Optional<String> endOfText() {
        return Optional.ofNullable(specialTokens.path("eos_token").textValue());
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
                whole.text(),
                marked.isPresent() ? marked.get() : replies(messages, tools, whole.text()),
                marked.isPresent());
    }

    /**
     * A rendered conversation.
     *
     * @param text all of it
     * @param replies where the assistant speaks, in order; what follows a reply belongs to it where that could be told
     * @param marked whether the template itself says so
     */
    public record Conversation(String text, List<Span> replies, boolean marked) {
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
            replies.add(reply(messages, index, tools, whole));
        }
        return replies;
    }

    private Span reply(ArrayNode messages, int index, Optional<ArrayNode> tools, String whole) {
        TemplateException unstable;
        try {
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
            return new Span(before.length(), end);
        } catch (TemplateException refused) {
            // Some templates do not take a conversation that ends before a reply.
            unstable = refused;
        }
        Optional<Span> said = said(messages, index, tools, whole);
        if (said.isEmpty()) {
            throw unstable;
        }
        return said.get();
    }

    /** What a message says, where it stands once in the text as it is. */
    private Optional<Span> said(ArrayNode messages, int index, Optional<ArrayNode> tools, String whole) {
        ArrayNode others = messages.deepCopy();
        ((ObjectNode) others.get(index)).put("content", STAND_IN);
        String text = rendered(others, tools, false).text();
        int start = text.indexOf(STAND_IN);
        if (start < 0 || text.indexOf(STAND_IN, start + 1) >= 0) {
            return Optional.empty();
        }
        String after = text.substring(start + STAND_IN.length());
        int end = whole.length() - after.length();
        return end >= start && whole.startsWith(text.substring(0, start)) && whole.endsWith(after)
                ? Optional.of(new Span(start, end))
                : Optional.empty();
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
