package io.finemesh.evaluator.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A body of OpenAI's {@code /chat/completions} or {@code /completions}, as far as it is needed.
 *
 * @param text what was said; empty where the body is no completion with a text
 * @param tokens tokens used, as the server counts them; 0 where it does not
 * @param fault what is wrong with the body
 */
record ServerAnswer(Optional<String> text, long tokens, String fault) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> NO_MODEL_CODES =
            Set.of("model_not_found", "invalid_model", "unknown_model", "model_not_available", "deploymentnotfound");

    /** What servers without codes write; nothing of it stands in complaints about a request that is too long. */
    private static final Pattern NO_MODEL_WORDS = Pattern.compile(
            "(?i)\\bmodel\\b[^.]{0,300}\\b(not found|not exist|not available)|\\b(unknown|invalid|no such) model\\b");

    static ServerAnswer read(String body) {
        JsonNode root;
        try {
            root = MAPPER.readTree(body);
        } catch (JsonProcessingException broken) {
            return new ServerAnswer(Optional.empty(), 0, "its answer is not JSON");
        }
        long tokens = Math.max(0, root.path("usage").path("total_tokens").asLong(0));
        JsonNode choices = root.path("choices");
        if (!choices.isArray() || choices.isEmpty()) {
            return new ServerAnswer(Optional.empty(), tokens, "its answer has no choices");
        }
        JsonNode choice = choices.get(0);
        JsonNode text = choice.has("message") ? choice.path("message").path("content") : choice.path("text");
        return text.isTextual()
                ? new ServerAnswer(Optional.of(text.textValue()), tokens, "")
                : new ServerAnswer(Optional.empty(), tokens, "the first choice of its answer has no text");
    }

    /** Whether the body of a refusal says that there is no such model: by OpenAI's codes, by naming {@code model} as what is wrong, or in words. */
    static boolean missesModel(String body) {
        JsonNode root;
        try {
            root = MAPPER.readTree(body);
        } catch (JsonProcessingException noJson) {
            return NO_MODEL_WORDS.matcher(body).find();
        }
        JsonNode error = root.path("error").isObject() ? root.path("error") : root;
        String message = root.path("error").isTextual()
                ? root.path("error").asText()
                : error.path("message").asText();
        return NO_MODEL_CODES.contains(error.path("code").asText().toLowerCase(Locale.ROOT))
                || NO_MODEL_CODES.contains(error.path("type").asText().toLowerCase(Locale.ROOT))
                || error.path("param").asText().equals("model")
                || NO_MODEL_WORDS.matcher(message).find();
    }
}
