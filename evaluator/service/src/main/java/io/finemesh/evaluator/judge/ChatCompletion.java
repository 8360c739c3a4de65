package io.finemesh.evaluator.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.mtbench.JudgeRequest;
import java.util.Optional;

/** The wire form of OpenAI's {@code /chat/completions}, as far as a judge needs it. */
final class ChatCompletion {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * An answer.
     *
     * @param text what was said; empty where the body is no chat completion with a text
     * @param tokens tokens used, as the server counts them; 0 where it does not
     * @param fault what is wrong with the body
     */
    record Answer(Optional<String> text, long tokens, String fault) {}

    private ChatCompletion() {}

    /** The request's body: temperature 0, one choice. An empty instruction makes no message. */
    static String request(JudgeRequest request, String model) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("model", model);
        if (!request.system().isEmpty()) {
            body.withArray("messages").addObject().put("role", "system").put("content", request.system());
        }
        body.withArray("messages").addObject().put("role", "user").put("content", request.user());
        body.put("n", 1).put("temperature", 0).put("max_tokens", JudgeRequest.LONGEST_REPLY);
        return body.toString();
    }

    static Answer read(String body) {
        JsonNode root;
        try {
            root = MAPPER.readTree(body);
        } catch (JsonProcessingException broken) {
            return new Answer(Optional.empty(), 0, "its answer is not JSON");
        }
        long tokens = Math.max(0, root.path("usage").path("total_tokens").asLong(0));
        JsonNode choices = root.path("choices");
        if (!choices.isArray() || choices.isEmpty()) {
            return new Answer(Optional.empty(), tokens, "its answer has no choices");
        }
        JsonNode content = choices.get(0).path("message").path("content");
        return content.isTextual()
                ? new Answer(Optional.of(content.textValue()), tokens, "")
                : new Answer(Optional.empty(), tokens, "the first choice of its answer has no text");
    }
}
