package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.display.Quantity;
import io.finemesh.cli.display.Table;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** One run in words. */
final class RunPage {
    private final JsonNode run;

    RunPage(JsonNode run) {
        this.run = run;
    }

    void print(PrintWriter out) {
        JsonNode progress = run.path("progress");
        out.printf(
                "%s  %s  %s%n",
                run.path("id").asText(),
                run.path("name").asText(),
                run.path("phase").asText());
        out.printf(
                "model      %s (%s parameters)%n",
                run.at("/model/name").asText(run.at("/model/checkpoint").asText()),
                Quantity.count(run.at("/model/parameterCount").asLong()));
        out.printf(
                "data set   %s (%s samples)%n",
                run.at("/dataset/version").asText(), run.at("/dataset/samples").asText());
        if (run.has("plan")) {
            out.printf(
                    "plan       %s steps in %s segments, %s on the trainer%n",
                    run.at("/plan/totalSteps").asText(),
                    run.at("/plan/segments").asText(),
                    Quantity.bytes(run.at("/plan/memory/totalBytes").asLong()));
        }
        out.printf(
                "progress   %s steps, %s committed%s%s%n",
                progress.path("steps").asText("0"),
                progress.path("committedSteps").asText("0"),
                progress.has("loss")
                        ? String.format(
                                Locale.ROOT,
                                ", loss %.4f",
                                progress.path("loss").asDouble())
                        : "",
                progress.has("etaSeconds")
                        ? ", "
                                + Quantity.time(Duration.ofSeconds(
                                        progress.path("etaSeconds").asLong())) + " left"
                        : "");
        if (run.has("failure")) {
            out.printf(
                    "failure    %s: %s%n",
                    run.at("/failure/code").asText(), run.at("/failure/message").asText());
        }
        checkpoints(out);
        evaluations(out);
    }

    private void checkpoints(PrintWriter out) {
        if (run.path("checkpoints").isEmpty()) {
            return;
        }
        out.println();
        Table table = new Table("CHECKPOINT", "SEGMENT", "STEP", "BLOCK", "CHANGED", "NEW");
        for (JsonNode checkpoint : run.path("checkpoints")) {
            table.row(
                    checkpoint.path("id").asText(),
                    checkpoint.path("segment").asText(),
                    Long.toString(checkpoint.path("lastStep").asLong() + 1),
                    checkpoint.path("block").asText("-"),
                    checkpoint.path("changedTensors").asText(),
                    Quantity.bytes(checkpoint.path("newBytes").asLong()));
        }
        table.print(out);
    }

    private void evaluations(PrintWriter out) {
        if (run.path("evaluations").isEmpty()) {
            return;
        }
        out.println();
        Table table = new Table("AFTER STEPS", "TASK", "METRIC", "VALUE", "ERROR", "SAMPLES");
        for (JsonNode evaluation : run.path("evaluations")) {
            for (JsonNode score : evaluation.path("scores")) {
                table.row(
                        evaluation.path("afterSteps").asText("-"),
                        score.path("task").asText(),
                        score.path("metric").asText(),
                        String.format(Locale.ROOT, "%.4f", score.path("value").asDouble()),
                        score.has("standardError")
                                ? String.format(
                                        Locale.ROOT,
                                        "%.4f",
                                        score.path("standardError").asDouble())
                                : "-",
                        score.path("samples").asText() + (score.path("limited").asBoolean() ? " (limited)" : ""));
            }
        }
        table.print(out);
    }
}
