package io.finemesh.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.finemesh.demo.client.MessageSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A gateway whose mesh does everything at once: rows are in the data set when they are sent, the policy fires when there are enough of them, its run is complete when it is asked for, and
 * the gate says what the test wants.
 */
final class FakeMesh implements MessageSink, AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpServer server;
    private final List<String> verdicts;
    private final Set<String> policies = new HashSet<>();
    private final List<String> sent = new ArrayList<>();
    private final ArrayNode said = MAPPER.createArrayNode();
    private final ArrayNode decisions = MAPPER.createArrayNode();
    private Optional<String> champion = Optional.empty();
    private Optional<String> refusal = Optional.empty();
    private int trained;

    /** @param verdicts what the gate says to one run after the other */
    FakeMesh(List<String> verdicts) throws IOException {
        this.verdicts = List.copyOf(verdicts);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** No run can be made of a firing. */
    synchronized void refuse(String reason) {
        refusal = Optional.of(reason);
    }

    /** Somebody has set a policy before. */
    synchronized void knowsPolicy(String name) {
        policies.add(name);
    }

    synchronized List<String> sent() {
        return List.copyOf(sent);
    }

    synchronized Optional<String> champion() {
        return champion;
    }

    @Override
    public synchronized void send(List<String> messages) {
        sent.addAll(messages);
        if (sent.size() - trained < LoopFiles.ENOUGH) {
            return;
        }
        trained = sent.size();
        int round = decisions.size() + 1;
        ObjectNode firing = MAPPER.createObjectNode()
                .put("at", "2026-01-01T00:00:0" + round + "Z")
                .put("what", "fired")
                .put("runId", "run-" + round)
                .put("datasetVersion", "problems@" + round);
        firing.putObject("why").put("sentence", "there are enough").put("fromSlice", round);
        refusal.ifPresent(reason -> firing.put("refused", reason));
        said.insert(0, firing);
        if (refusal.isEmpty()) {
            decide(round);
        }
    }

    private void decide(int round) {
        String verdict = verdicts.get(round - 1);
        ObjectNode decision = decisions
                .insertObject(0)
                .put("verdict", verdict)
                .put("run", "run-" + round)
                .put("challenger", "ck-" + round)
                .put("champion", champion.orElseThrow())
                .put("sentence", "that is why");
        decision.putArray("evidence").add("loss is 1: that is why, " + verdict);
        decision.putArray("evaluations").add("ev-" + champion.get()).add("ev-ck-" + round);
        if (verdict.equals("promoted")) {
            champion = Optional.of("ck-" + round);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String path = exchange.getRequestURI().getPath();
        byte[] bytes;
        int status = 200;
        synchronized (this) {
            Optional<String> found = found(exchange.getRequestMethod(), path, body);
            status = found.isPresent() ? 200 : 404;
            bytes = found.orElse("{}").getBytes(UTF_8);
        }
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Optional<String> found(String method, String path, String body) throws IOException {
        if (!method.equals("GET")) {
            if (path.equals("/v1/policies")) {
                policies.add(body.lines()
                        .filter(line -> line.startsWith("name: "))
                        .findFirst()
                        .orElseThrow()
                        .substring("name: ".length()));
            }
            if (path.startsWith("/v1/aliases/")) {
                champion = Optional.of(MAPPER.readTree(body).path("checkpoint").asText());
            }
            return Optional.of("{\"id\":\"run-0\"}");
        }
        String last = path.substring(path.lastIndexOf('/') + 1);
        ObjectNode page = MAPPER.createObjectNode();
        if (path.startsWith("/v1/policies/")) {
            if (!policies.contains(last)) {
                return Optional.empty();
            }
            page.set("said", said);
        } else if (path.startsWith("/v1/datasets/")) {
            if (sent.isEmpty()) {
                return Optional.empty();
            }
            page.put("version", "problems@" + sent.size()).put("samples", sent.size());
            page.putObject("growth").put("slice", 1).put("samples", sent.size());
        } else if (path.startsWith("/v1/aliases/")) {
            champion.ifPresent(holder -> page.put("checkpoint", holder));
            page.set("decisions", decisions);
        } else if (path.startsWith("/v1/evaluations/")) {
            page.put("checkpoint", last.substring("ev-".length()));
            page.putArray("scores").addObject().put("metric", "loss").put("value", 1.5);
        } else if (path.endsWith("/events")) {
            return Optional.of("data: {\"type\":\"run.completed\"}\n\n");
        } else if (refusal.isPresent() && !last.equals("run-0")) {
            return Optional.empty();
        } else {
            page.put("phase", "completed").putObject("result").put("checkpoint", last.replace("run", "ck"));
        }
        return Optional.of(page.toString());
    }

    @Override
    public void close() {
        // The demo closes its topic; the server goes on until the test ends.
    }

    void stop() {
        server.stop(0);
    }
}
