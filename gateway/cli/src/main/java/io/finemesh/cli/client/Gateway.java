package io.finemesh.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

/** Calls of the gateway's REST interface. Every call blocks; every refusal is a {@link GatewayProblem}. Uploads and downloads stream. */
public final class Gateway implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final URI base;
    private final Reconnection.Pause pause;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final ObjectMapper mapper = new ObjectMapper();

    /** Calls the gateway at a base URL. */
    public Gateway(URI base) {
        this(base, Thread::sleep);
    }

    Gateway(URI base, Reconnection.Pause pause) {
        this.base = base;
        this.pause = pause;
    }

    /** GET of a path below the base, answered by JSON. */
    public JsonNode get(String path) throws GatewayProblem {
        return json(request(path).GET().build());
    }

    /** POST of a body, answered by JSON. */
    public JsonNode post(String path, String contentType, BodyPublisher body) throws GatewayProblem {
        return json(request(path).header("content-type", contentType).POST(body).build());
    }

    /** PUT of a body, answered by JSON. */
    public JsonNode put(String path, String contentType, BodyPublisher body) throws GatewayProblem {
        return json(request(path).header("content-type", contentType).PUT(body).build());
    }

    /** DELETE, answered by nothing. */
    public void delete(String path) throws GatewayProblem {
        try (InputStream nothing = open(request(path).DELETE().build())) {
            nothing.skip(Long.MAX_VALUE);
        } catch (IOException broken) {
            throw GatewayProblem.unreachable(base.toString(), broken);
        }
    }

    /** POST of a run specification under an idempotency key, so that a repeated submission is the same run. */
    public JsonNode submit(String contentType, byte[] specification, Optional<String> idempotencyKey)
            throws GatewayProblem {
        HttpRequest.Builder request = request("/v1/runs").header("content-type", contentType);
        idempotencyKey.ifPresent(key -> request.header("Idempotency-Key", key));
        return json(request.POST(BodyPublishers.ofByteArray(specification)).build());
    }

    /** GET of a stream; the caller closes it. */
    public InputStream download(String path) throws GatewayProblem {
        return open(request(path).GET().build());
    }

    /**
     * Takes the events of a run until the sink has enough or everything was told. A stream that breaks, and a gateway that starts
     * again, are waited for; the stream goes on where it broke.
     */
    public void events(String run, EventSink sink) throws GatewayProblem {
        Reconnection reconnection = new Reconnection(pause);
        String position = null;
        while (true) {
            HttpRequest.Builder request =
                    request("/v1/runs/" + encode(run) + "/events").header("accept", "text/event-stream");
            if (position != null) {
                request.header("Last-Event-ID", position);
            }
            GatewayProblem broken;
            Optional<Duration> retryAfter = Optional.empty();
            try {
                HttpResponse<Stream<String>> response = http.send(request.GET().build(), BodyHandlers.ofLines());
                try (Stream<String> lines = response.body()) {
                    if (response.statusCode() == 204) {
                        return;
                    }
                    if (response.statusCode() != 200) {
                        GatewayProblem refused =
                                GatewayProblem.refused(response.statusCode(), parse(String.join("\n", lines.toList())));
                        if (!Reconnection.PASSING.contains(response.statusCode())) {
                            throw refused;
                        }
                        broken = refused;
                        retryAfter = response.headers()
                                .firstValue("retry-after")
                                .filter(seconds -> seconds.matches("[0-9]{1,4}"))
                                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
                    } else {
                        reconnection.connected();
                        for (Iterator<String> iterator = lines.iterator(); iterator.hasNext(); ) {
                            String line = iterator.next();
                            if (line.startsWith("id:")) {
                                position = line.substring(3).strip();
                            } else if (line.startsWith("data:") && !sink.take(parse(line.substring(5)))) {
                                return;
                            }
                        }
                        broken = GatewayProblem.unreachable(base.toString(), null);
                    }
                }
            } catch (IOException | UncheckedIOException lost) {
                broken = GatewayProblem.unreachable(base.toString(), lost);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
            reconnection.await(retryAfter, broken);
        }
    }

    /** Receives events one by one. */
    public interface EventSink {
        /**
         * Takes one event.
         *
         * @return whether more are wanted
         */
        boolean take(JsonNode event);
    }

    /** Text as one segment of a path or query. */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE);
    }

    private JsonNode json(HttpRequest request) throws GatewayProblem {
        try (InputStream body = open(request)) {
            return mapper.readTree(body);
        } catch (IOException broken) {
            throw GatewayProblem.unreachable(base.toString(), broken);
        }
    }

    private InputStream open(HttpRequest request) throws GatewayProblem {
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            if (response.statusCode() / 100 == 2) {
                return response.body();
            }
            try (InputStream body = response.body()) {
                String text = new String(body.readNBytes(1 << 20), StandardCharsets.UTF_8);
                throw GatewayProblem.refused(response.statusCode(), parse(text));
            }
        } catch (IOException broken) {
            throw GatewayProblem.unreachable(base.toString(), broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw GatewayProblem.unreachable(base.toString(), interrupted);
        }
    }

    private JsonNode parse(String text) {
        try {
            return mapper.readTree(text);
        } catch (IOException notJson) {
            return mapper.createObjectNode().put("detail", text.strip());
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
