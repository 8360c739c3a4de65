package io.finemesh.evaluator.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Turn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Rows of a data set in the fields that a task reads. A data set of conversations becomes documents whose question is the last thing the user says and whose answer is what the assistant says to it; a
 * row that is no conversation is left as it is.
 */
final class TaskRows {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TaskRows() {}

    /** The rows as the task's reader wants them, JSON Lines. */
    static byte[] documents(byte[] file, EvaluationTask task) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream(file.length);
        int from = 0;
        while (from < file.length) {
            int to = from;
            while (to < file.length && file[to] != '\n') {
                to++;
            }
            byte[] line = converted(file, from, to, task);
            if (line == null) {
                lines.write(file, from, to - from);
            } else {
                lines.writeBytes(line);
            }
            lines.write('\n');
            from = to + 1;
        }
        return lines.toByteArray();
    }

    /** The document of a conversation; null for a row that is none. */
    private static byte[] converted(byte[] file, int from, int to, EvaluationTask task) {
        try {
            JsonNode messages = MAPPER.readTree(file, from, to - from).path("messages");
            if (!messages.isArray()) {
                return null;
            }
            String question = "";
            String answer = "";
            for (JsonNode message : messages) {
                switch (message.path("role").asText()) {
                    case "user" -> question = message.path("content").asText();
                    case "assistant" -> answer = message.path("content").asText();
                    // What the system says is no part of a published task's document.
                    default -> {}
                }
            }
            return MAPPER.writeValueAsBytes(document(task, question, answer));
        } catch (IOException broken) {
            return null; // the task's own reader names the line and what is wrong with it
        }
    }

    private static ObjectNode document(EvaluationTask task, String question, String answer) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        return switch (task) {
            case HENDRYCKS_MATH -> document.put("problem", question).put("solution", answer);
            case SVAMP -> {
                // A body and a question, with one space between them in the prompt.
                int space = Math.max(0, question.indexOf(' '));
                yield document.put("Body", question.substring(0, space))
                        .put("Question", question.substring(space).stripLeading())
                        .put("Answer", answer);
            }
            case HELD_OUT_LOSS,
                    EXACT_MATCH,
                    GSM8K,
                    GSM8K_COT,
                    GSM8K_COT_ZEROSHOT,
                    GSM8K_COT_LLAMA,
                    AQUA,
                    SAT_MATH,
                    MMLU,
                    NUMGLUE,
                    SUPERGLUE,
                    OWN,
                    MT_BENCH,
                    MT_BENCH_PAIRWISE,
                    UPDATE_REPORT -> document.put("question", question).put("answer", answer);
        };
    }

    /** A conversation as its row. */
    static ObjectNode document(Conversation conversation) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        for (Turn turn : conversation.turns()) {
            document.withArray("messages")
                    .addObject()
                    .put("role", turn.role().wireName())
                    .put("content", turn.content());
        }
        return document;
    }
}
