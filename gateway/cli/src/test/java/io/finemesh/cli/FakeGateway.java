package io.finemesh.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import picocli.CommandLine;

/** A gateway that answers what a test told it to, and remembers what it was asked. */
final class FakeGateway implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, List<Answer>> answers = new LinkedHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /** What was asked. */
    record Request(String line, String contentType, String idempotencyKey, String lastEventId, String body) {}

    /** What is answered; the last answer of a path is repeated. */
    private record Answer(int status, String contentType, byte[] body) {}

    FakeGateway() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Executes a command line that names this gateway; its exit status. */
    int finemesh(StringWriter out, StringWriter err, String... arguments) {
        return finemesh(Finemesh.commandLine(), out, err, arguments);
    }

    int finemesh(CommandLine line, StringWriter out, StringWriter err, String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--gateway";
        all[arguments.length + 1] = url();
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Answers a request line such as {@code GET /v1/runs?limit=20}. */
    synchronized FakeGateway on(String line, int status, String contentType, byte[] body) {
        answers.computeIfAbsent(line, key -> new ArrayList<>()).add(new Answer(status, contentType, body));
        return this;
    }

    FakeGateway on(String line, int status, String json) {
        return on(line, status, "application/json", json.getBytes(UTF_8));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            requests.add(new Request(
                    line,
                    exchange.getRequestHeaders().getFirst("content-type"),
                    exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                    exchange.getRequestHeaders().getFirst("Last-Event-ID"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            Answer answer = next(line);
            exchange.getResponseHeaders().add("content-type", answer.contentType());
            exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }

    private synchronized Answer next(String line) {
        List<Answer> prepared = answers.get(line);
        if (prepared == null) {
            return new Answer(
                    404,
                    "application/problem+json",
                    "{\"title\":\"Nothing here\",\"detail\":\"no such thing\",\"suggestions\":[\"run-1\"]}"
                            .getBytes(UTF_8));
        }
        return prepared.size() > 1 ? prepared.removeFirst() : prepared.getFirst();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
