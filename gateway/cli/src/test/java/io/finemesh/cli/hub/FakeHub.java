package io.finemesh.cli.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A hub with one data set, {@code owner/sums}, that answers ranges, and does what a test tells it before it does what it should. */
public final class FakeHub implements AutoCloseable {
    /** The commit that its main branch is at. */
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** What happens instead of an answer; false means that the answer comes all the same. */
    public interface Mishap {
        boolean happens(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** One request as it came in. */
    public record Received(String path, String authorization, String range) {}

    /** Every request. */
    public final List<Received> received = new CopyOnWriteArrayList<>();

    private final HttpServer server;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> tags = new LinkedHashMap<>();
    private final Deque<Mishap> mishaps = new ArrayDeque<>();

    /** An empty data set. */
    public FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(workers);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Base address. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Adds a file with the tag that the hub says of it. */
    public FakeHub file(String path, String content, String tag) {
        files.put(path, content.getBytes(UTF_8));
        tags.put(path, tag);
        return this;
    }

    /** What happens to the next requests, one each. */
    public synchronized FakeHub then(Mishap... more) {
        mishaps.addAll(List.of(more));
        return this;
    }

    public static Mishap fine() {
        return _ -> false;
    }

    public static Mishap status(int status, String... headers) {
        return exchange -> {
            for (int index = 0; index < headers.length; index += 2) {
                exchange.getResponseHeaders().set(headers[index], headers[index + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
            return true;
        };
    }

    public static Mishap says(String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            return true;
        };
    }

    /** Says nothing of how long it is. */
    static Mishap goesOn(String body) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(body.getBytes(UTF_8));
            return true;
        };
    }

    /** Promises more than it sends, and hangs up. */
    static Mishap breaksOffAfter(String beginning) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write(beginning.getBytes(UTF_8));
            exchange.getResponseBody().flush();
            throw new IOException("hung up");
        };
    }

    /** Sends a beginning and then nothing until the hub is closed. */
    Mishap hangsAfter(String beginning) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write(beginning.getBytes(UTF_8));
            exchange.getResponseBody().flush();
            closing.await();
            return true;
        };
    }

    private synchronized Mishap next() {
        return mishaps.isEmpty() ? fine() : mishaps.poll();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        received.add(new Received(
                path,
                exchange.getRequestHeaders().getFirst("Authorization"),
                exchange.getRequestHeaders().getFirst("Range")));
        try (exchange) {
            if (next().happens(exchange)) {
                return;
            }
            if (path.startsWith("/api/datasets/owner/sums/revision/")) {
                StringBuilder listed = new StringBuilder();
                files.keySet().forEach(file -> listed.append(listed.isEmpty() ? "" : ",")
                        .append("{\"rfilename\":\"" + file + "\"}"));
                says("{\"sha\":\"" + COMMIT + "\",\"siblings\":[" + listed + "]}")
                        .happens(exchange);
                return;
            }
            String prefix = "/datasets/owner/sums/resolve/" + COMMIT + "/";
            if (!path.startsWith(prefix) || !files.containsKey(path.substring(prefix.length()))) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] bytes = files.get(path.substring(prefix.length()));
            exchange.getResponseHeaders().set("ETag", '"' + tags.get(path.substring(prefix.length())) + '"');
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            if (from >= bytes.length) {
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
            exchange.getResponseBody().write(bytes, from, bytes.length - from);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        workers.shutdownNow();
    }
}
