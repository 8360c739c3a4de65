package io.finemesh.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a {@code tokenizer.json} says about its tokens, read beside the library that executes it: the library tells neither the ids of special tokens nor
 * how many tokens there are, and has no way to encode a text without looking for special tokens in it.
 *
 * @param json the file's text
 * @param specialTokens id by name of the added tokens marked special
 * @param addedTokens id by name of all added tokens
 * @param largestModelId largest id in the model's own vocabulary, -1 for none
 */
record TokenizerFile(
        String json, Map<String, Integer> specialTokens, Map<String, Integer> addedTokens, int largestModelId) {
    static TokenizerFile read(Path path) {
        byte[] json;
        try {
            json = Files.readAllBytes(path);
        } catch (IOException unreadable) {
            throw new TokenizerException(
                    TokenizerException.Reason.UNREADABLE,
                    "cannot read the tokenizer " + path + ": " + unreadable,
                    unreadable);
        }
        JsonNode root = parse(path, json);
        if (!root.path("model").isObject()) {
            throw malformed(path, "has no object \"model\"; expected a Hugging Face tokenizer.json", null);
        }
        Map<String, Integer> special = new LinkedHashMap<>();
        Map<String, Integer> added = new LinkedHashMap<>();
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asText();
            if (!token.path("id").isInt() || token.path("id").intValue() < 0 || content.isEmpty()) {
                throw malformed(path, "has an added token without content or id: " + token, null);
            }
            added.put(content, token.path("id").intValue());
            if (token.path("special").asBoolean()) {
                special.put(content, token.path("id").intValue());
            }
        }
        return new TokenizerFile(
                new String(json, StandardCharsets.UTF_8),
                special,
                added,
                largestId(root.path("model").path("vocab")));
    }

    private static JsonNode parse(Path path, byte[] json) {
        try {
            return StrictJson.object(json);
        } catch (JsonException malformed) {
            throw malformed(path, "is " + malformed.getMessage(), malformed);
        }
    }

    private static int largestId(JsonNode vocabulary) {
        if (vocabulary.isArray()) {
            return vocabulary.size() - 1;
        }
        int largest = -1;
        for (JsonNode id : vocabulary) {
            largest = Math.max(largest, id.asInt());
        }
        return largest;
    }

    /**
     * The same tokenizer, in which special tokens go by names that no text has ({@link SpecialAlias}), so that their own names in a text are words
     * like any other. They are renamed among the added tokens, and in the vocabulary where words could match them there; a token that the
     * model itself refers to keeps its own name in the vocabulary, and its alias may get another id, as may every token added after it.
     * Nothing is added around a text, so that offsets are those of the text.
     */
    String withAliases(Path path) {
        ObjectNode root = (ObjectNode) parse(path, json.getBytes(StandardCharsets.UTF_8));
        for (JsonNode token : root.path("added_tokens")) {
            if (token.path("special").asBoolean() && token instanceof ObjectNode special) {
                special.put("content", SpecialAlias.of(token.path("id").intValue()));
                // An alias stands where it was put, whatever is around it, and no normaliser knows it.
                special.put("normalized", false);
                special.put("single_word", false);
            }
        }
        root.putNull("post_processor");
        ObjectNode model = (ObjectNode) root.path("model");
        Set<String> needed = neededByModel(model);
        JsonNode vocabulary = model.path("vocab");
        for (Map.Entry<String, Integer> token : specialTokens.entrySet()) {
            String alias = SpecialAlias.of(token.getValue());
            if (needed.contains(token.getKey())) {
                continue;
            }
            if (vocabulary instanceof ObjectNode byName && byName.has(token.getKey())) {
                byName.set(alias, byName.remove(token.getKey()));
            } else if (vocabulary instanceof ArrayNode pieces
                    && pieces.path(token.getValue()) instanceof ArrayNode piece) {
                piece.set(0, JsonNodeFactory.instance.textNode(alias));
            }
        }
        return root.toString();
    }

    /** Tokens the model itself refers to: the one for unknown words, and parts and results of merges. */
    private static Set<String> neededByModel(ObjectNode model) {
        Set<String> needed = new HashSet<>();
        needed.add(model.path("unk_token").asText());
        JsonNode vocabulary = model.path("vocab");
        if (vocabulary.isArray() && model.path("unk_id").isInt()) {
            needed.add(vocabulary.path(model.path("unk_id").intValue()).path(0).asText());
        }
        for (JsonNode merge : model.path("merges")) {
            String left =
                    merge.isArray() ? merge.path(0).asText() : merge.asText().split(" ", 2)[0];
            String right = merge.isArray()
                    ? merge.path(1).asText()
                    : merge.asText().substring(left.length()).strip();
            needed.add(left);
            needed.add(right);
            needed.add(left + right);
        }
        return needed;
    }

    private static TokenizerException malformed(Path path, String problem, Throwable cause) {
        return new TokenizerException(TokenizerException.Reason.MALFORMED, "tokenizer " + path + " " + problem, cause);
    }
}
