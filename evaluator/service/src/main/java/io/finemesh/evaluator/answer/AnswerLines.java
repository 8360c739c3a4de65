package io.finemesh.evaluator.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.change.ReportJson;
import io.finemesh.checkpoint.change.TensorChange;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.score.task.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Answers as JSON Lines, by question: {@code {"id":3,"text":"..."}}, {@code {"id":3,"weights":[[-1.5,true],...]}} {@code {"id":3,"loss":12.5,"tokens":9}} or {@code {"id":3,"change":{...}}}. Numbers are written so that reading gives the
 * same bits.
 */
public final class AnswerLines {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private AnswerLines() {}

    /** Lines in ascending order of questions. */
    public static byte[] encode(SortedMap<Integer, Answer> answers) {
        StringBuilder lines = new StringBuilder();
        answers.forEach((id, answer) -> lines.append(line(id, answer)).append('\n'));
        return lines.toString().getBytes(UTF_8);
    }

    /**
     * Answers of whole lines.
     *
     * @throws IllegalArgumentException if a line is none of an answer, or a question is answered twice; what a judge said behind what was written is the answer
     */
    public static SortedMap<Integer, Answer> decode(byte[] lines) {
        SortedMap<Integer, Answer> answers = new TreeMap<>();
        for (String line : new String(lines, UTF_8).split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            Map.Entry<Integer, Answer> read = read(line);
            Answer before = answers.put(read.getKey(), read.getValue());
            if (before != null && !goesOn(before, read.getValue())) {
                throw new IllegalArgumentException("question " + read.getKey() + " is answered twice");
            }
        }
        return answers;
    }

    /** Whether an answer is what became of one before it: written by the other one too, or rated. */
    private static boolean goesOn(Answer before, Answer now) {
        return before instanceof Answer.Unrated half
                && (now instanceof Answer.Judged
                        || now instanceof Answer.Unrated both
                                && half.against().isEmpty()
                                && !both.against().isEmpty());
    }

    private static String line(int id, Answer answer) {
        ObjectNode line = MAPPER.createObjectNode().put("id", id);
        switch (answer) {
            case Answer.Written written -> line.put("text", written.text());
            case Answer.Weighed weighed -> {
                ArrayNode weights = line.putArray("weights");
                weighed.weights()
                        .forEach(weight ->
                                weights.addArray().add(weight.logLikelihood()).add(weight.greedy()));
            }
            case Answer.Lost lost ->
                line.put("loss", lost.negativeLogLikelihood()).put("tokens", lost.tokens());
            case Answer.Judged judged -> {
                turns(line, judged.turns(), judged.against());
                ArrayNode replies = line.putArray("replies");
                for (Answer.Reply reply : judged.replies()) {
                    ArrayNode one = replies.addArray().add(reply.turn()).add(reply.text());
                    if (reply.game() != 1) {
                        one.add(reply.game());
                    }
                }
            }
            case Answer.Unrated unrated -> turns(line, unrated.turns(), unrated.against());
            case Answer.Compared compared -> line.set("change", ReportJson.of(compared.change()));
        }
        return line.toString();
    }

    private static void turns(ObjectNode line, List<String> turns, List<String> against) {
        turns.forEach(line.putArray("turns")::add);
        if (!against.isEmpty()) {
            against.forEach(line.putArray("against")::add);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static TensorChange change(JsonNode node) {
        try {
            return ReportJson.change(node);
        } catch (JsonException broken) {
            throw new IllegalArgumentException(broken.getMessage(), broken);
        }
    }

    private static Map.Entry<Integer, Answer> read(String line) {
        JsonNode node;
        try {
            node = MAPPER.readTree(line);
        } catch (JsonProcessingException broken) {
            throw new IllegalArgumentException("a line of answers is no JSON: " + broken.getOriginalMessage(), broken);
        }
        if (!node.path("id").isInt()) {
            throw new IllegalArgumentException("a line of answers names no question");
        }
        int id = node.path("id").intValue();
        if (node.path("text").isTextual()) {
            return Map.entry(id, new Answer.Written(node.path("text").textValue()));
        }
        if (node.path("weights").isArray()) {
            List<Response.Weight> weights = new ArrayList<>();
            node.path("weights")
                    .forEach(pair -> weights.add(new Response.Weight(
                            pair.path(0).doubleValue(), pair.path(1).booleanValue())));
            return Map.entry(id, new Answer.Weighed(weights));
        }
        if (node.path("loss").isNumber() && node.path("tokens").isInt()) {
            return Map.entry(
                    id,
                    new Answer.Lost(
                            node.path("loss").doubleValue(), node.path("tokens").intValue()));
        }
        if (node.path("turns").isArray()) {
            List<String> turns = texts(node.path("turns"));
            List<String> against = texts(node.path("against"));
            if (!node.path("replies").isArray()) {
                return Map.entry(id, new Answer.Unrated(turns, against));
            }
            List<Answer.Reply> replies = new ArrayList<>();
            node.path("replies")
                    .forEach(reply -> replies.add(new Answer.Reply(
                            reply.path(0).intValue(),
                            reply.path(2).asInt(1),
                            reply.path(1).asText())));
            return Map.entry(id, new Answer.Judged(turns, against, replies));
        }
        if (node.path("change").isObject()) {
            return Map.entry(id, new Answer.Compared(change(node.get("change"))));
        }
        throw new IllegalArgumentException("question " + id + " has no answer of a known kind");
    }
}
