package io.finemesh.e2e;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.builder.RequestSpecBuilder;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The gateway as a test calls it: REST Assured for requests, a plain client for the stream of events. */
final class GatewayCalls {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private final URI base;

    GatewayCalls(URI base) {
        this.base = base;
    }

    /** A request that sends bodies as they are. */
    RequestSpecification request() {
        return given(new RequestSpecBuilder()
                .setBaseUri(base)
                .setConfig(RestAssuredConfig.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                                .encodeContentTypeAs("application/yaml", ContentType.TEXT)
                                .encodeContentTypeAs("application/x-ndjson", ContentType.TEXT)))
                .build());
    }

    JsonNode get(String path) {
        return json(request()
                .accept("application/json")
                .get(path)
                .then()
                .statusCode(200)
                .extract()
                .response());
    }

    String importModel(String name, Path directory) {
        return json(request()
                        .contentType("application/json")
                        .body(MAPPER.createObjectNode()
                                .put("name", name)
                                .put("path", directory.toAbsolutePath().toString())
                                .toString())
                        .post("/v1/models")
                        .then()
                        .statusCode(201)
                        .extract()
                        .response())
                .path("checkpoint")
                .asText();
    }

    JsonNode upload(String name, String format, byte[] rows) {
        return json(request()
                .contentType("application/octet-stream")
                .queryParam("name", name)
                .queryParam("format", format)
                .body(rows)
                .post("/v1/datasets")
                .then()
                .statusCode(201)
                .extract()
                .response());
    }

    /** Asks for an evaluation and gives its id. */
    String evaluate(JsonNode evaluation) {
        return evaluate("application/json", evaluation.toString());
    }

    /** The same, as a person writes it. */
    String evaluateYaml(String evaluation) {
        return evaluate("application/yaml", evaluation);
    }

    private String evaluate(String type, String evaluation) {
        return json(request()
                        .contentType(type)
                        .body(evaluation)
                        .post("/v1/evaluations")
                        .then()
                        .statusCode(202)
                        .extract()
                        .response())
                .path("id")
                .asText();
    }

    String submit(String specification) {
        return json(request()
                        .contentType("application/yaml")
                        .body(specification)
                        .post("/v1/runs")
                        .then()
                        .statusCode(202)
                        .header("Location", containsString("/v1/runs/"))
                        .extract()
                        .response())
                .path("id")
                .asText();
    }

    /** One event of the stream with its position. */
    record Event(String position, JsonNode data) {
        String type() {
            return data.path("type").asText();
        }
    }

    /** Events of a run from a position on, until one matches (it is the last of the list) or the stream ends. */
    List<Event> eventsUntil(String run, Optional<String> after, Predicate<Event> enough) {
        List<Event> events = new ArrayList<>();
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("/v1/runs/" + run + "/events"))
                .header("accept", "text/event-stream")
                .timeout(Duration.ofMinutes(4));
        after.ifPresent(position -> request.header("Last-Event-ID", position));
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Stream<String>> response = http.send(request.GET().build(), BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                String position = "";
                for (Iterator<String> iterator = lines.iterator(); iterator.hasNext(); ) {
                    String line = iterator.next();
                    if (line.startsWith("id:")) {
                        position = line.substring(3).strip();
                    } else if (line.startsWith("data:")) {
                        Event event = new Event(position, MAPPER.readTree(line.substring(5)));
                        events.add(event);
                        if (enough.test(event)) {
                            break;
                        }
                    }
                }
            }
            http.shutdownNow();
        } catch (IOException broken) {
            throw new AssertionError(
                    "the event stream of " + run + " broke after " + events.size() + " events", broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while reading events of " + run, interrupted);
        }
        return events;
    }

    /** Every event of a run, from the first to the last. */
    List<Event> eventsToTheEnd(String run) {
        return eventsUntil(run, Optional.empty(), event -> false);
    }

    /** The step ledger, read page by page. */
    List<JsonNode> steps(String run) {
        List<JsonNode> steps = new ArrayList<>();
        String next = "/v1/runs/" + run + "/steps?limit=17";
        while (!next.isEmpty()) {
            JsonNode page = get(next);
            page.path("steps").forEach(steps::add);
            next = page.path("next").asText("");
        }
        return steps;
    }

    static JsonNode json(Response response) {
        try {
            return MAPPER.readTree(response.asByteArray());
        } catch (IOException notJson) {
            throw new AssertionError("not JSON: " + response.asString(), notJson);
        }
    }
}
