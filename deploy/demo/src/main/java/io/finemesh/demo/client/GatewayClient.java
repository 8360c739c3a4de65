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
            scores.addAll(scores(evaluation));
        }
        return new RunOutcome(
                run,
                detail.path("phase").asText(),
                text(detail.at("/result/checkpoint")).or(() -> text(detail.path("lastCheckpoint"))),
                detail.at("/progress/committedSteps").asLong(),
                scores,
                text(detail.at("/failure/message")));
    }

    /** Sets a connector in YAML: a Kafka topic that becomes a data set. */
    public void applyConnector(String name, String connector) throws GatewayException {
        send(request("/v1/connectors/" + name)
                .header("content-type", "application/yaml")
                .PUT(BodyPublishers.ofString(connector))
                .build());
    }

    /** Sets a policy in YAML. */
    public void applyPolicy(String policy) throws GatewayException {
        send(request("/v1/policies")
                .header("content-type", "application/yaml")
                .POST(BodyPublishers.ofString(policy))
                .build());
    }

    /** Asks for an alias to stand for a checkpoint. */
    public void moveAlias(String model, String alias, String checkpoint, String reason) throws GatewayException {
        String body = mapper.createObjectNode()
                .put("checkpoint", checkpoint)
                .put("reason", reason)
                .put("by", "the demo")
                .toString();
        send(request("/v1/aliases/" + model + "/" + alias)
                .header("content-type", "application/json")
                .PUT(BodyPublishers.ofString(body))
                .build());
    }

    /** Whether there is something at an address of the gateway, such as {@code /v1/policies/mine}. */
    public boolean has(String path) throws GatewayException {
        return find(path).isPresent();
    }

    /** What the triggers of a policy said, newest first. */
    public List<Firing> firings(String policy) throws GatewayException {
        List<Firing> firings = new ArrayList<>();
        JsonNode answer = send(request("/v1/policies/" + policy).GET().build());
        answer.path("said").forEach(said -> firings.add(Firing.of(said)));
        return firings;
    }

    /** How far a data set has grown; empty until its first rows come. */
    public Optional<Growth> growth(String dataset) throws GatewayException {
        return find("/v1/datasets/" + dataset).map(Growth::of);
    }

    /** Where an alias stands; nowhere if nobody has moved it. */
    public Alias alias(String model, String alias) throws GatewayException {
        Optional<JsonNode> answer = find("/v1/aliases/" + model + "/" + alias);
        List<Decision> decisions = new ArrayList<>();
        answer.ifPresent(page -> page.path("decisions").forEach(one -> decisions.add(Decision.of(one))));
        return new Alias(answer.flatMap(page -> text(page.path("checkpoint"))), decisions);
    }

    /** What an evaluation found. */
    public Evaluation evaluation(String id) throws GatewayException {
        JsonNode answer = send(request("/v1/evaluations/" + id).GET().build());
        return new Evaluation(answer.path("checkpoint").asText(), scores(answer));
    }

    private Optional<JsonNode> find(String path) throws GatewayException {
        HttpResponse<String> response = exchange(request(path).GET().build());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(body(response));
    }

    private static List<Score> scores(JsonNode evaluation) {
        List<Score> scores = new ArrayList<>();
        for (JsonNode score : evaluation.path("scores")) {
            scores.add(new Score(
                    evaluation.path("afterSteps").asLong(),
                    score.path("task").asText(),
                    score.path("metric").asText(),
                    score.path("value").asDouble(),
                    score.path("samples").asLong()));
        }
        return scores;
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
        return body(exchange(request));
    }

    private JsonNode body(HttpResponse<String> response) throws GatewayException {
        if (response.statusCode() / 100 != 2) {
            throw new GatewayException(
                    response.request().method() + " " + response.uri().getPath() + " was answered with "
                            + response.statusCode() + ": " + response.body());
        }
        try {
            return mapper.readTree(response.body());
        } catch (IOException notJson) {
            throw new GatewayException("the gateway answered with what is not JSON: " + response.body(), notJson);
        }
    }

    private HttpResponse<String> exchange(HttpRequest request) throws GatewayException {
        try {
            return http.send(request, BodyHandlers.ofString());
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
