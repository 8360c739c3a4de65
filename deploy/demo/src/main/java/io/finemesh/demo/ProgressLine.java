package io.finemesh.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.function.Supplier;

/** Turns a run's events into lines a person can follow: on a terminal one line that renews itself, else a line now and then. */
final class ProgressLine {
    private static final int EVERY_STEPS = 100;

    private final PrintStream out;
    private final boolean terminal;
    private final Supplier<String> prefix;
    private long totalSteps;
    private boolean open;

    /** @param prefix what stands before each line at the moment it is printed */
    ProgressLine(PrintStream out, boolean terminal, Supplier<String> prefix) {
        this.out = out;
        this.terminal = terminal;
        this.prefix = prefix;
    }

    void show(JsonNode event) {
        switch (event.path("type").asText()) {
            case "run.accepted" -> {
                totalSteps = event.at("/plan/totalSteps").asLong();
                line("accepted: %d steps in %d segments"
                        .formatted(totalSteps, event.at("/plan/segments").asInt()));
            }
            case "training.step-completed" -> step(event);
            case "run.segment-retried" ->
                line("again: " + event.at("/failure/message").asText());
            case "evaluation.completed" -> {
                StringBuilder scores = new StringBuilder("scored after %d steps:"
                        .formatted(event.path("afterSteps").asLong()));
                for (JsonNode score : event.path("scores")) {
                    scores.append(" %s %.3f"
                            .formatted(
                                    score.path("metric").asText(),
                                    score.path("value").asDouble()));
                }
                line(scores.toString());
            }
            case "evaluation.failed", "run.failed", "run.rejected" ->
                line(event.path("type").asText() + ": "
                        + event.at("/failure/message").asText());
            default -> quiet();
        }
    }

    private void step(JsonNode event) {
        long step = event.path("step").asLong() + 1;
        String block = event.path("block").asText("");
        String text = "step %d/%d  loss %.4f%s"
                .formatted(step, totalSteps, event.path("loss").asDouble(), block.isEmpty() ? "" : "  " + block);
        if (terminal) {
            out.print("\r" + prefix.get() + text + "   ");
            out.flush();
            open = true;
        } else if (step % EVERY_STEPS == 0 || step == totalSteps) {
            line(text);
        }
    }

    /** Every other event is on the dashboard; here it would only scroll. */
    private static void quiet() {}

    private void line(String text) {
        end();
        out.println(prefix.get() + text);
    }

    void end() {
        if (open) {
            out.println();
            open = false;
        }
    }
}
