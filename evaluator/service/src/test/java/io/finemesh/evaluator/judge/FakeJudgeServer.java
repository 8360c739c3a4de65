package io.finemesh.evaluator.judge;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A judge's server on this machine that answers as it is told, one answer after the other, and the last one from then on. */
public final class FakeJudgeServer implements AutoCloseable {
    /** How to answer one request. */
    public interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** One request as it came in. */
    public record Received(String path, String authorization, String body) {}

    private final HttpServer server;
    private final Function<Received, Answer> script;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    public final List<Received> received = new CopyOnWriteArrayList<>();

    /** @param answers in their order, the last one from then on */
    public FakeJudgeServer(Answer... answers) throws IOException {
        this.answers.addAll(List.of(answers));
        this.script = _ -> this.answers.size() > 1 ? this.answers.poll() : this.answers.peek();
        this.server = started();
    }

    /** @param script how each request is answered */
    public FakeJudgeServer(Function<Received, Answer> script) throws IOException {
        this.script = script;
        this.server = started();
    }

    private HttpServer started() throws IOException {
        HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        made.setExecutor(workers);
        made.createContext("/", this::handle);
        made.start();
        return made;
    }

    /** Where it is. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        Received request = new Received(
                exchange.getRequestURI().getPath(), exchange.getRequestHeaders().getFirst("Authorization"), body);
        received.add(request);
        Answer answer = script.apply(request);
        try (exchange) {
            answer.to(exchange);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** An answer with a status and a body. */
    public static Answer status(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** A chat completion. */
    public static Answer said(String text, int tokens) {
        return status(
                200,
                "{\"choices\": [{\"message\": {\"content\": \"" + text + "\"}}], \"usage\": {\"total_tokens\": "
                        + tokens + "}}");
    }

    /** Says nothing until the server is closed. */
    public Answer silence() {
        return exchange -> closing.await();
    }

    /** Begins an answer and says no more until the server is closed. */
    Answer halfAnAnswer() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"choices\"".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            closing.await();
        };
    }

    void next(Answer... more) {
        answers.addAll(List.of(more));
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        workers.shutdownNow();
    }
}
