package io.finemesh.store.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.finemesh.checkpoint.digest.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * Enough of the S3 protocol for one bucket, written from its API reference, to see what the real client sends and to answer it as no
 * well-behaved server would. Signatures must be there but are not computed; a real server does that where the mesh runs.
 */
final class FakeS3Server implements AutoCloseable {
    static final String BUCKET = "bucket";
    private static final int PAGE = 2;

    private final HttpServer server;
    private final TreeMap<String, byte[]> objects = new TreeMap<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private volatile Trouble trouble = new Trouble(request -> false, 0, "", false);

    /**
     * What goes wrong.
     *
     * @param when with which requests, {@code METHOD key}
     * @param status status of the answer; 0 cuts the connection, 1 cuts it in the middle of the body
     * @param code S3's error code
     * @param afterEffect whether the request is carried out first
     */
    record Trouble(Predicate<String> when, int status, String code, boolean afterEffect) {}

    FakeS3Server() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void trouble(Trouble what) {
        trouble = what;
    }

    synchronized Map<String, byte[]> objects() {
        return new TreeMap<>(objects);
    }

    synchronized void place(String key, byte[] bytes) {
        objects.put(key, bytes);
    }

    /** Requests, {@code METHOD key}. */
    List<String> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().substring(1);
            String key = path.startsWith(BUCKET + "/") ? path.substring(BUCKET.length() + 1) : "";
            String request = exchange.getRequestMethod() + " " + key;
            seen.add(request);
            byte[] body = exchange.getRequestBody().readAllBytes();
            Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
            if (!path.equals(BUCKET) && !path.startsWith(BUCKET + "/")) {
                error(exchange, 404, "NoSuchBucket");
                return;
            }
            if (!query.containsKey("X-Amz-Signature")
                    && exchange.getRequestHeaders().getFirst("Authorization") == null) {
                error(exchange, 403, "AccessDenied");
                return;
            }
            Trouble now = trouble;
            boolean affected = now.when().test(request);
            if (affected && !now.afterEffect() && now.status() != 1) {
                fail(exchange, now);
                return;
            }
            serve(exchange, key, query, body, affected ? now : null);
        }
    }

    private void serve(HttpExchange exchange, String key, Map<String, String> query, byte[] body, Trouble now)
            throws IOException {
        switch (exchange.getRequestMethod()) {
            case "HEAD", "GET" -> {
                if (key.isEmpty()) {
                    answer(exchange, 200, query.containsKey("list-type") ? list(query) : new byte[0]);
                    return;
                }
                byte[] found = objects().get(key);
                if (found == null) {
                    error(exchange, 404, "NoSuchKey");
                } else if (now != null) {
                    exchange.getResponseHeaders().set("ETag", etag(found));
                    exchange.sendResponseHeaders(200, found.length);
                    exchange.getResponseBody().write(found, 0, found.length / 2);
                } else {
                    exchange.getResponseHeaders().set("ETag", etag(found));
                    answer(exchange, 200, found);
                }
            }
            case "PUT" -> put(exchange, key, body, now);
            case "DELETE" -> {
                synchronized (this) {
                    objects.remove(key);
                }
                exchange.sendResponseHeaders(204, -1);
            }
            default -> error(exchange, 405, "MethodNotAllowed");
        }
    }

    private void put(HttpExchange exchange, String key, byte[] body, Trouble now) throws IOException {
        var headers = exchange.getRequestHeaders();
        byte[] content = body;
        String copySource = headers.getFirst("x-amz-copy-source");
        if (copySource != null) {
            String source = URLDecoder.decode(copySource, UTF_8).replaceFirst("^/?" + BUCKET + "/", "");
            content = objects().get(source);
            if (content == null) {
                error(exchange, 404, "NoSuchKey");
                return;
            }
            String ifMatch = headers.getFirst("x-amz-copy-source-if-match");
            if (ifMatch != null && !ifMatch.equals(etag(content))) {
                error(exchange, 412, "PreconditionFailed");
                return;
            }
        } else if (String.valueOf(headers.getFirst("x-amz-content-sha256")).startsWith("STREAMING-")) {
            content = unchunk(body);
        }
        String checksum = headers.getFirst("x-amz-checksum-sha256");
        if (checksum != null
                && !checksum.equals(
                        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Sha256.of(content))))) {
            error(exchange, 400, "BadDigest");
            return;
        }
        synchronized (this) {
            if (objects.containsKey(key) && "*".equals(headers.getFirst("If-None-Match"))) {
                error(exchange, 412, "PreconditionFailed");
                return;
            }
            objects.put(key, content);
        }
        if (now != null) {
            fail(exchange, now);
            return;
        }
        exchange.getResponseHeaders().set("ETag", etag(content));
        answer(
                exchange,
                200,
                copySource == null
                        ? new byte[0]
                        : ("<CopyObjectResult><ETag>" + etag(content) + "</ETag></CopyObjectResult>").getBytes(UTF_8));
    }

    /** The aws-chunked encoding: {@code hexadecimal-size;chunk-signature=...\r\n bytes \r\n}, ended by a chunk of size 0. */
    private static byte[] unchunk(byte[] body) {
        String text = new String(body, ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int end = text.indexOf("\r\n", at);
            int size = Integer.parseInt(text.substring(at, end).replaceFirst(";.*", ""), 16);
            if (size == 0) {
                return out.toByteArray();
            }
            out.write(body, end + 2, size);
            at = end + 2 + size + 2;
        }
    }

    private synchronized byte[] list(Map<String, String> query) {
        String prefix = query.getOrDefault("prefix", "");
        String after = query.getOrDefault("continuation-token", "");
        List<Map.Entry<String, byte[]>> rest = objects.entrySet().stream()
                .filter(entry ->
                        entry.getKey().startsWith(prefix) && entry.getKey().compareTo(after) > 0)
                .toList();
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?><ListBucketResult>");
        rest.stream().limit(PAGE).forEach(entry -> xml.append("<Contents><Key>")
                .append(entry.getKey())
                .append("</Key><ETag>")
                .append(etag(entry.getValue()))
                .append("</ETag><Size>")
                .append(entry.getValue().length)
                .append("</Size></Contents>"));
        boolean more = rest.size() > PAGE;
        xml.append("<IsTruncated>").append(more).append("</IsTruncated>");
        if (more) {
            xml.append("<NextContinuationToken>")
                    .append(rest.get(PAGE - 1).getKey())
                    .append("</NextContinuationToken>");
        }
        return xml.append("</ListBucketResult>").toString().getBytes(UTF_8);
    }

    private static void fail(HttpExchange exchange, Trouble trouble) throws IOException {
        if (trouble.status() > 1) {
            error(exchange, trouble.status(), trouble.code());
        }
        // Otherwise the exchange is closed without an answer.
    }

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        answer(
                exchange,
                status,
                ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>")
                        .getBytes(UTF_8));
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static String etag(byte[] content) {
        return "\"" + Sha256.of(content).substring(0, 32) + "\"";
    }

    static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                String[] parts = pair.split("=", 2);
                query.put(
                        URLDecoder.decode(parts[0], UTF_8), parts.length < 2 ? "" : URLDecoder.decode(parts[1], UTF_8));
            }
        }
        return query;
    }
}
