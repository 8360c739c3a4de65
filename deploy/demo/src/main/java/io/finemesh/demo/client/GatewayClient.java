package io.finemesh.demo.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The gateway's REST interface, as far as the demo uses it. Blocks; every refusal is a {@link GatewayException} with the reason. */
public final class GatewayClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final URI base;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final ObjectMapper mapper = new ObjectMapper();

    public GatewayClient(URI base) {
        this.base = base;
    }

    /** Imports a Hugging Face directory that the checkpoint store can read. */
    public String importModel(String name, Path directory) throws GatewayException {
        String body = mapper.createObjectNode()
                .put("name", name)
                .put("path", directory.toAbsolutePath().toString())
                .toString();
        return send(request("/v1/models")
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build())
                .path("checkpoint")
                .asText();
    }

    /** Uploads rows in the alpaca form. */
    public String uploadDataset(String name, Path rows) throws GatewayException, IOException {
        return send(request("/v1/datasets?format=alpaca&name=" + name)
                        .header("content-type", "application/x-ndjson")
                        .POST(BodyPublishers.ofFile(rows))
                        .build())
                .path("version")
                .asText();
    }

    /** Submits a run specification in YAML. */
    public String submit(String specification) throws GatewayException {
        return send(request("/v1/runs")
                        .header("content-type", "application/yaml")
                        .POST(BodyPublishers.ofString(specification))
                        .build())
                .path("id")
                .asText();
    }

    /** Follows a run's events until it ends; each event is the JSON object of its data line. */
    public void follow(String run, Consumer<JsonNode> events) throws GatewayException {
        HttpRequest request = request("/v1/runs/" + run + "/events")
                .header("accept", "text/event-stream")
                .GET()
                .build();
        try {
            HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                lines.filter(line -> line.startsWith("data:")).forEach(line -> events.accept(json(line.substring(5))));
            }
        } catch (IOException lost) {
            throw new GatewayException("the event stream of " + run + " broke: " + lost.getMessage(), lost);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new GatewayException("interrupted while following " + run, interrupted);
        }
    }

    /** What a run gave so far. */
    public RunOutcome outcome(String run) throws GatewayException {
        JsonNode detail = send(request("/v1/runs/" + run).GET().build());
        List<Score> scores = new ArrayList<>();
        for (JsonNode evaluation : detail.path("evaluations")) {
            for (JsonNode score : evaluation.path("scores")) {
                scores.add(new Score(
                        evaluation.path("afterSteps").asLong(),
                        score.path("task").asText(),
                        score.path("metric").asText(),
                        score.path("value").asDouble(),
                        score.path("samples").asLong()));
            }
        }
        return new RunOutcome(
                run,
                detail.path("phase").asText(),
                text(detail.at("/result/checkpoint")).or(() -> text(detail.path("lastCheckpoint"))),
                detail.at("/progress/committedSteps").asLong(),
                scores,
                text(detail.at("/failure/message")));
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }

    private JsonNode json(String text) {
        try {
            return mapper.readTree(text);
        } catch (IOException notJson) {
            throw new IllegalStateException("the gateway sent an event that is not JSON: " + text, notJson);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE);
    }

    private JsonNode send(HttpRequest request) throws GatewayException {
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new GatewayException(
                        request.method() + " " + request.uri().getPath() + " was answered with " + response.statusCode()
                                + ": " + response.body());
            }
            return mapper.readTree(response.body());
        } catch (IOException lost) {
            throw new GatewayException(
                    "the gateway at " + base + " does not answer (" + lost.getMessage() + "); is the mesh up?", lost);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new GatewayException("interrupted while waiting for the gateway", interrupted);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
