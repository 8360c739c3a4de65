package io.finemesh.gateway.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.BlobLink;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.CheckpointDescriptor;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.contract.store.LinkRequest;
import io.finemesh.contract.store.LinkResponse;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.contract.store.StoreProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A checkpoint store that answers over real HTTP, and can refuse or be away. */
public final class FakeStore implements AutoCloseable {
    /** config.json of a model that exists nowhere else. */
    public static final String CONFIGURATION = """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 32, "hidden_size": 8,
             "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
             "tie_word_embeddings": true, "torch_dtype": "float32", "bos_token_id": 1, "eos_token_id": 2}
            """;

    private final ObjectMapper mapper = WireMapper.create();
    private final HttpServer server;
    private final Map<String, CheckpointId> models = new ConcurrentSkipListMap<>();
    private final Map<String, DatasetDescriptor> datasets = new ConcurrentSkipListMap<>();
    private volatile Map<String, String> lastQuery = Map.of();
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private volatile boolean away;
    private volatile Optional<StoreProblem> refusal = Optional.empty();
    private volatile CountDownLatch firstByte = new CountDownLatch(1);
    private volatile long uploadedBytes;
    private volatile Optional<Long> announcedLength = Optional.empty();

    /** Starts on a free port of the loopback interface. */
    public FakeStore() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/models", exchange -> answer(exchange, this::models));
        server.createContext("/v1/datasets", exchange -> answer(exchange, this::datasets));
        server.createContext("/v1/blobs/links", exchange -> answer(exchange, this::links));
        server.createContext("/objects", exchange -> answer(exchange, this::object));
        server.createContext("/v1/checkpoints", exchange -> answer(exchange, this::checkpoints));
        server.start();
        reset();
    }

    /** Where it listens. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** As at the start: one model and two data sets. */
    public void reset() {
        away = false;
        refusal = Optional.empty();
        firstByte = new CountDownLatch(1);
        uploadedBytes = 0;
        announcedLength = Optional.empty();
        models.clear();
        objects.clear();
        datasets.clear();
        models.put("tiny", SampleRun.checkpoint(-1));
        datasets.put("sums", dataset("sums", "alpaca", 80));
        datasets.put("sums-held-out", dataset("sums-held-out", "alpaca", 20));
    }

    /** From now on every call is answered with 503. */
    public void goAway(boolean gone) {
        away = gone;
    }

    /** From now on every call is refused like this. */
    public void refuse(StoreProblem problem) {
        refusal = Optional.of(problem);
    }

    /** Counted down when the first byte of an upload arrives. */
    public CountDownLatch firstByte() {
        return firstByte;
    }

    /** Bytes of the last upload. */
    public long uploadedBytes() {
        return uploadedBytes;
    }

    /** Length the last upload announced; empty when it came in chunks. */
    public Optional<Long> announcedLength() {
        return announcedLength;
    }

    /** Gives the model another name. */
    public void name(String name) {
        models.put(name, SampleRun.checkpoint(-1));
    }

    /** Holds one more data set, of ten rows. */
    public void addDataset(String name, String format) {
        datasets.put(name, dataset(name, format, 10));
    }

    /** What a model name stands for. */
    public Optional<CheckpointId> model(String name) {
        return Optional.ofNullable(models.get(name));
    }

    private void answer(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            if (away) {
                exchange.sendResponseHeaders(503, -1);
            } else if (refusal.isPresent()) {
                send(exchange, refusal.get().status(), refusal.get());
            } else {
                handler.handle(exchange);
            }
        }
    }

    private void models(HttpExchange exchange) throws IOException {
        String rest = rest(exchange, "/v1/models");
        if (exchange.getRequestMethod().equals("POST")) {
            String name = query(exchange).get("name");
            if (exchange.getRequestHeaders().getFirst("content-type").equals("application/json")) {
                String path =
                        mapper.readTree(exchange.getRequestBody()).path("path").asText();
                if (!path.startsWith("/models/")) {
                    send(
                            exchange,
                            422,
                            new StoreProblem(
                                    "urn:finemesh:store:problem:refused",
                                    "Refused",
                                    422,
                                    path + " is no model directory",
                                    List.of("config.json is missing", "no safetensors file")));
                    return;
                }
            } else {
                drain(exchange);
            }
            models.put(name, SampleRun.checkpoint(-1));
            send(exchange, 201, descriptor(name));
        } else if (exchange.getRequestMethod().equals("PUT")) {
            String name = rest.substring(1, rest.indexOf("/checkpoint"));
            models.put(
                    name, new CheckpointId(new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            send(exchange, 200, descriptor(name));
        } else if (rest.isEmpty()) {
            send(exchange, 200, models.keySet().stream().map(this::descriptor).toList());
        } else if (models.containsKey(rest.substring(1))) {
            send(exchange, 200, descriptor(rest.substring(1)));
        } else {
            missing(exchange, "there is no model " + rest.substring(1));
        }
    }

    private void datasets(HttpExchange exchange) throws IOException {
        String rest = rest(exchange, "/v1/datasets");
        String[] path = rest.split("/");
        if (path.length > 2) {
            growing(exchange, path[1], path);
        } else if (exchange.getRequestMethod().equals("POST")) {
            Map<String, String> query = query(exchange);
            long rows = drain(exchange);
            datasets.put(
                    query.get("name"),
                    dataset(
                            query.get("name"),
                            query.getOrDefault("format", "alpaca"),
                            rows,
                            Optional.ofNullable(query.get("source"))));
            send(exchange, 201, datasets.get(query.get("name")));
        } else if (rest.isEmpty()) {
            send(exchange, 200, List.copyOf(datasets.values()));
        } else {
            String name = rest.substring(1).replaceFirst("@1$", "");
            String whole = name.replaceFirst("(@1)?:held-out$", "");
            if (!whole.equals(name) && datasets.containsKey(whole)) {
                send(exchange, 200, datasets.get(whole));
                return;
            }
            if (datasets.containsKey(name)) {
                send(exchange, 200, datasets.get(name));
            } else {
                missing(exchange, "there is no data set " + rest.substring(1));
            }
        }
    }

    /** A data set that grows: every line sent is a row, and nothing is ever known already. */
    private void growing(HttpExchange exchange, String name, String[] path) throws IOException {
        switch (path[2]) {
            case "records" -> {
                long rows = drain(exchange);
                lastQuery = query(exchange);
                datasets.put(name, grown(name, rows));
                send(
                        exchange,
                        rows == 0 ? 200 : 201,
                        new AppendReceipt(
                                datasets.get(name), rows > 0, rows, 1, 2, Map.of("not_json", 3L), List.of("line 7")));
            }
            case "slices" ->
                send(
                        exchange,
                        200,
                        List.of(grown(name, 1).growth().orElseThrow().slice()));
            case "quarantine" -> send(exchange, 200, Map.of("slice", 1));
            default -> missing(exchange, "data set '" + name + "' never had a row " + path[3]);
        }
    }

    /** A data set that grew by one slice of so many rows. */
    public static DatasetDescriptor grown(String name, long rows) {
        BlobReference list = new BlobReference(new BlobDigest("e".repeat(64)), 100);
        return new DatasetDescriptor(
                new DatasetVersion(name + "@1"),
                name,
                "openai",
                list,
                rows,
                Map.of(),
                Optional.of(new DatasetGrowth(
                        0.1,
                        new DatasetSlice(
                                1,
                                Optional.of(list),
                                rows,
                                Optional.empty(),
                                0,
                                Optional.empty(),
                                Map.of(),
                                0,
                                List.of(),
                                Optional.empty(),
                                100,
                                25,
                                List.of(rows),
                                "request"),
                        list,
                        5,
                        100,
                        25,
                        List.of())));
    }

    /** Query parameters of the records sent last. */
    public Map<String, String> lastQuery() {
        return lastQuery;
    }

    /** Keeps an object. */
    public BlobReference keep(byte[] bytes) {
        BlobDigest digest = new BlobDigest(String.format("%064x", objects.size() + 1));
        objects.put(digest.value(), bytes);
        return new BlobReference(digest, bytes.length);
    }

    private void links(HttpExchange exchange) throws IOException {
        LinkRequest request = mapper.readValue(exchange.getRequestBody(), LinkRequest.class);
        BlobDigest wanted = request.digests().getFirst();
        if (objects.containsKey(wanted.value())) {
            send(exchange, 200, new LinkResponse(List.of(new BlobLink(wanted, url() + "/objects/" + wanted))));
        } else {
            missing(exchange, "there is no object " + wanted);
        }
    }

    private void object(HttpExchange exchange) throws IOException {
        byte[] bytes = objects.get(rest(exchange, "/objects/"));
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void checkpoints(HttpExchange exchange) throws IOException {
        String[] rest = rest(exchange, "/v1/checkpoints").split("/");
        CheckpointId id = new CheckpointId(rest[1]);
        if (!id.value().startsWith("ck-000")) {
            missing(exchange, "there is no checkpoint " + id);
        } else if (rest.length == 3 && query(exchange).containsKey("adapter")) {
            exchange.getResponseHeaders().set("content-type", "application/x-tar");
            byte[] adapter = "adapter".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, adapter.length);
            exchange.getResponseBody().write(adapter);
        } else if (rest.length == 3) {
            exchange.getResponseHeaders().set("content-type", "application/x-tar");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                for (int block = 0; block < 1_000; block++) {
                    body.write(exportBlock(block));
                }
            }
        } else {
            send(
                    exchange,
                    200,
                    new CheckpointDescriptor(
                            id,
                            Optional.of(SampleRun.checkpoint(2)),
                            Optional.of(SampleRun.ID),
                            OptionalInt.of(3),
                            OptionalLong.of(19),
                            "w3",
                            1_000,
                            4_000,
                            CONFIGURATION,
                            Optional.of(true),
                            List.of("model.layer.1.weight")));
        }
    }

    /** A block of what an export gives. */
    public static byte[] exportBlock(int number) {
        return "%01024d".formatted(number).getBytes(UTF_8);
    }

    private long drain(HttpExchange exchange) throws IOException {
        announcedLength = Optional.ofNullable(exchange.getRequestHeaders().getFirst("content-length"))
                .map(Long::parseLong);
        long lines = 0;
        long bytes = 0;
        byte[] buffer = new byte[1 << 16];
        try (InputStream body = exchange.getRequestBody()) {
            int read = body.read(buffer);
            while (read >= 0) {
                if (read > 0) {
                    firstByte.countDown();
                }
                bytes += read;
                for (int index = 0; index < read; index++) {
                    lines += buffer[index] == '\n' ? 1 : 0;
                }
                read = body.read(buffer);
            }
        }
        uploadedBytes = bytes;
        return lines;
    }

    private ModelDescriptor descriptor(String name) {
        return new ModelDescriptor(
                name, models.get(name), 1_000, 4_000, "w", CONFIGURATION, Optional.of(name.endsWith("-chat")));
    }

    private static DatasetDescriptor dataset(String name, String format, long samples) {
        return dataset(name, format, samples, Optional.empty());
    }

    private static DatasetDescriptor dataset(String name, String format, long samples, Optional<String> source) {
        return new DatasetDescriptor(
                new DatasetVersion(name + "@1"),
                name,
                format,
                new BlobReference(new BlobDigest("d".repeat(64)), 1_000),
                samples,
                Map.of("empty_output", 2L),
                Optional.empty(),
                source);
    }

    private void missing(HttpExchange exchange, String detail) throws IOException {
        send(exchange, 404, new StoreProblem("urn:finemesh:store:problem:unknown", "Unknown", 404, detail, List.of()));
    }

    private void send(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = mapper.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String rest(HttpExchange exchange, String prefix) {
        return exchange.getRequestURI().getPath().substring(prefix.length());
    }

    private static Map<String, String> query(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        return query == null
                ? Map.of()
                : Stream.of(query.split("&"))
                        .map(pair -> pair.split("=", 2))
                        .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], UTF_8)));
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** Answers one call. */
    @FunctionalInterface
    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }
}
