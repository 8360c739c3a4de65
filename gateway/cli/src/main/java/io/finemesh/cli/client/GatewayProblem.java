package io.finemesh.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/** The gateway did not do what was asked; the message is made for a terminal. */
public final class GatewayProblem extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean unreachable;
    private final transient JsonNode body;

    private GatewayProblem(boolean unreachable, String message, JsonNode body, Throwable cause) {
        super(message, cause);
        this.unreachable = unreachable;
        this.body = body;
    }

    /** No answer came. */
    public static GatewayProblem unreachable(String base, Throwable cause) {
        String detail = "the gateway at " + base
                + " does not answer; start the mesh with './finemesh up', or name another gateway with --gateway";
        return new GatewayProblem(true, detail, document("The gateway does not answer", detail), cause);
    }

    /** An answer came that refuses: RFC 9457 problem details, one line for each error. */
    public static GatewayProblem refused(int status, JsonNode problem) {
        List<String> lines = new ArrayList<>();
        String title = problem.path("title").asText("HTTP " + status);
        String detail = problem.path("detail").asText("");
        lines.add(detail.isEmpty() || detail.equals(title) ? title : title + ": " + detail);
        for (JsonNode error : problem.path("errors")) {
            String pointer = error.path("pointer").asText("");
            lines.add("  " + (pointer.isEmpty() ? "" : pointer + ": ")
                    + error.path("message").asText());
        }
        if (!problem.path("suggestions").isEmpty()) {
            List<String> names = new ArrayList<>();
            problem.path("suggestions").forEach(name -> names.add(name.asText()));
            lines.add("  did you mean " + String.join(", ", names) + "?");
        }
        return new GatewayProblem(false, String.join(System.lineSeparator(), lines), problem, null);
    }

    /** Whether there was no answer at all. */
    public boolean isUnreachable() {
        return unreachable;
    }

    /** The problem as the gateway sent it, or of the same form where it sent none. */
    public JsonNode body() {
        return body;
    }

    /** A problem that arises here, in the form of the gateway's. */
    public static JsonNode document(String title, String detail) {
        return JsonNodeFactory.instance.objectNode().put("title", title).put("detail", detail);
    }
}
