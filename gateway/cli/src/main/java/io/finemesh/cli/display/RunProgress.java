package io.finemesh.cli.display;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Folds a run's events into one line: bar, step, loss, tokens a second, block, time left. Rates are taken over the steps of the last
 * ten seconds by the events' own clock, so that a stream that is read late shows what was, not how fast it is read.
 */
public final class RunProgress {
    private static final int BAR = 24;
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private long totalSteps;
    private long step = -1;
    private double loss = Double.NaN;
    private String block = "";
    private String phase = "submitted";
    private Instant windowStart;
    private Instant last;
    private long windowTokens;
    private long windowSteps;
    private double tokensPerSecond = Double.NaN;
    private double secondsPerStep = Double.NaN;

    /** Takes one event; answers with a line worth keeping on the screen, if it is one. */
    public Optional<String> take(JsonNode event) {
        String type = event.path("type").asText();
        switch (type) {
            case "run.accepted" -> {
                totalSteps = event.at("/plan/totalSteps").asLong();
                phase = "waits for a trainer";
                return Optional.of("accepted: %d steps in %d segments"
                        .formatted(totalSteps, event.at("/plan/segments").asInt()));
            }
            case "run.segment-scheduled" -> phase = "training";
            case "training.step-completed" -> step(event);
            case "run.segment-retried" -> {
                return Optional.of("segment %d starts again: %s"
                        .formatted(
                                event.path("segmentIndex").asInt(),
                                event.at("/failure/message").asText()));
            }
            case "checkpoint.committed" -> {
                return Optional.of("checkpoint %s after step %d"
                        .formatted(
                                event.path("checkpoint").asText(),
                                event.path("lastStep").asLong() + 1));
            }
            case "evaluation.completed" -> {
                return Optional.of(scores(event));
            }
            case "evaluation.failed", "checkpoint.rejected" -> {
                return Optional.of(type + ": " + event.at("/failure/message").asText());
            }
            case "run.completed", "run.cancelled" -> phase = type.substring("run.".length());
            case "run.failed", "run.rejected" -> {
                phase = type.substring("run.".length());
                return Optional.of(phase + ": " + event.at("/failure/message").asText());
            }
            default -> {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private void step(JsonNode event) {
        phase = "training";
        step = event.path("step").asLong();
        loss = event.path("loss").asDouble(Double.NaN);
        block = event.path("block").asText("");
        Instant time = Instant.parse(event.path("time").asText());
        if (windowStart == null || Duration.between(windowStart, time).compareTo(WINDOW) > 0) {
            windowStart = last == null ? time : last;
            windowTokens = 0;
            windowSteps = 0;
        }
        last = time;
        windowTokens += event.path("tokens").asLong();
        windowSteps++;
        double seconds = Duration.between(windowStart, time).toNanos() / 1e9;
        if (seconds > 0) {
            tokensPerSecond = windowTokens / seconds;
            secondsPerStep = seconds / windowSteps;
        }
    }

    private static String scores(JsonNode event) {
        StringBuilder line = new StringBuilder(
                "scored after %d steps:".formatted(event.path("afterSteps").asLong()));
        for (JsonNode score : event.path("scores")) {
            line.append(String.format(
                    Locale.ROOT,
                    "  %s %.4f",
                    score.path("metric").asText(),
                    score.path("value").asDouble()));
        }
        return line.toString();
    }

    /** Whether the run has ended. */
    public boolean ended() {
        return switch (phase) {
            case "completed", "failed", "cancelled", "rejected" -> true;
            default -> false;
        };
    }

    /** Where the run stands, in one word or two. */
    public String phase() {
        return phase;
    }

    /** The line. */
    public String line() {
        if (step < 0 || totalSteps == 0) {
            return phase;
        }
        long done = step + 1;
        int filled = (int) (BAR * done / totalSteps);
        StringBuilder line = new StringBuilder("[" + "#".repeat(filled) + "-".repeat(BAR - filled) + "]");
        line.append(" %d/%d".formatted(done, totalSteps));
        line.append(String.format(Locale.ROOT, "  loss %.4f", loss));
        if (!Double.isNaN(tokensPerSecond)) {
            line.append("  %s tokens/s".formatted(Quantity.count(Math.round(tokensPerSecond))));
        }
        if (!block.isEmpty()) {
            line.append("  ").append(block);
        }
        if (!Double.isNaN(secondsPerStep) && done < totalSteps) {
            line.append("  %s left"
                    .formatted(
                            Quantity.time(Duration.ofMillis(Math.round(1000 * secondsPerStep * (totalSteps - done))))));
        }
        return line.toString();
    }
}
