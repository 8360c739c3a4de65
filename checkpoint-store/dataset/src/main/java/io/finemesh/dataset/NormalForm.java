package io.finemesh.dataset;

import io.finemesh.checkpoint.json.JsonText;
import io.finemesh.dataset.Row.Document;
import io.finemesh.dataset.Row.Kept;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The one form that rows are kept in and the trainer reads, a line of JSON each:
 * {@code {"messages":[{"role":...,"content":...}, ...]}}. A question whose data keep its input apart has {@code input} beside its content, an
 * assistant's calls are {@code tool_calls} as Hugging Face chat templates take them, with arguments as objects, and the tools there are
 * stand in {@code tools} of the line; each is left out where there is none. Documents, which nobody trains on, stay as they are.
 */
public final class NormalForm {
    private NormalForm() {}

    /** A row's line, line feed included. */
    public static byte[] line(Kept row) {
        StringBuilder json = new StringBuilder("{\"messages\":[");
        String separator = "";
        for (Turn turn : row.turns()) {
            json.append(separator);
            append(json, turn);
            separator = ",";
        }
        json.append(']');
        row.tools().ifPresent(tools -> json.append(",\"tools\":").append(tools));
        return json.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A document's line, line feed included. */
    public static byte[] line(Document row) {
        return (row.json() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder json, Turn turn) {
        json.append("{\"role\":\"")
                .append(turn.role().name().toLowerCase(Locale.ROOT))
                .append("\",\"content\":");
        JsonText.quote(json, turn.content());
        if (!turn.input().isEmpty()) {
            json.append(",\"input\":");
            JsonText.quote(json, turn.input());
        }
        if (!turn.calls().isEmpty()) {
            json.append(",\"tool_calls\":[");
            String separator = "";
            for (ToolCall call : turn.calls()) {
                json.append(separator).append("{\"type\":\"function\",\"function\":{\"name\":");
                JsonText.quote(json, call.name());
                json.append(",\"arguments\":").append(call.arguments()).append("}}");
                separator = ",";
            }
            json.append(']');
        }
        json.append('}');
    }
}
