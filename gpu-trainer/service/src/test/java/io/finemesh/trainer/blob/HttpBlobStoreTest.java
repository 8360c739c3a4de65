package io.finemesh.trainer.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.store.BlobLink;
import io.finemesh.contract.store.LinkRequest;
import io.finemesh.contract.store.LinkResponse;
import io.finemesh.contract.store.StageRequest;
import io.finemesh.contract.store.StageResponse;
import io.finemesh.contract.store.StageTicket;
import io.finemesh.contract.store.StoreException;
import io.finemesh.trainer.event.SegmentReporter;
import io.finemesh.trainer.failure.SegmentFailureException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fetching and uploading against an HTTP server, the way the real store and its object storage answer. */
class HttpBlobStoreTest {
    @TempDir
    private Path directory;

    private final ObjectMapper mapper = WireMapper.create();
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final AtomicInteger brokenDownloads = new AtomicInteger();
    private final AtomicInteger linkRequests = new AtomicInteger();
    private HttpServer server;
    private HttpBlobStore store;
    private BlobFetcher fetcher;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        store = new HttpBlobStore(url, Duration.ofSeconds(5));
        fetcher = new BlobFetcher(
                store,
                BlobCache.open(directory.resolve("cache"), 1 << 20),
                new Patience(Duration.ofSeconds(5), Duration.ofMillis(1), Duration.ofMillis(5), Clock.systemUTC()));
    }

    @AfterEach
    void stop() {
        store.close();
        server.stop(0);
    }

    @Test
    void fetchesManyObjectsWithOneRequestForLinks() throws Exception {
        BlobReference one = put("one");
        BlobReference other = put("other");

        Map<String, Path> paths = fetcher.fetch(List.of(one, other, one));

        assertThat(paths.get(one.digest())).hasContent("one");
        assertThat(paths.get(other.digest())).hasContent("other");
        assertThat(linkRequests).hasValue(1);
        assertThat(fetcher.fetch(List.of(one, other))).isEqualTo(paths);
        assertThat(linkRequests).hasValue(1);
    }

    @Test
    void asksForANewLinkWhenADownloadKeepsFailing() throws Exception {
        BlobReference blob = put("late");
        brokenDownloads.set(4); // the cache tries three times by itself

        assertThat(fetcher.fetch(List.of(blob)).get(blob.digest())).hasContent("late");
        assertThat(linkRequests).hasValue(2);
    }

    @Test
    void saysWhichObjectTheStoreLacks() throws Exception {
        BlobReference lost = new BlobReference(Sha256.of("lost".getBytes(UTF_8)), 4);

        assertThatThrownBy(() -> fetcher.fetch(List.of(lost)))
                .isInstanceOf(SegmentFailureException.class)
                .hasMessageContaining("unknown: " + lost.digest())
                .extracting(
                        thrown -> ((SegmentFailureException) thrown).failure().code())
                .isEqualTo(FailureCode.BLOB_CORRUPT);
    }

    @Test
    void uploadsAFileWhereTheTicketSays() throws Exception {
        Path file = Files.writeString(directory.resolve("result"), "result");
        BlobReference blob = new BlobReference(Sha256.of(file), Files.size(file));

        StageTicket ticket =
                store.stage(List.of(SegmentReporter.onTheWire(blob))).getFirst();
        store.upload(ticket, file);

        assertThat(objects).containsKey(blob.digest());
        assertThat(store.stage(List.of(SegmentReporter.onTheWire(blob)))
                        .getFirst()
                        .uploadUrl())
                .isEmpty();
    }

    /** Statuses and codes as the storage servers send them that this mesh and others use. */
    @ParameterizedTest
    @CsvSource({
        "507, InsufficientStorage, STORAGE_FULL",
        "507, XMinioStorageFull, STORAGE_FULL",
        "403, QuotaExceeded, STORAGE_FULL",
        "500, InternalError, STORE_UNREACHABLE",
        "403, AccessDenied, STORE_UNREACHABLE",
    })
    void anUploadThatObjectStorageRefusesIsToldInItsWords(int status, String code, FailureCode expected)
            throws Exception {
        byte[] body = ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>the reason</Message></Error>")
                .getBytes(UTF_8);
        server.createContext("/refusing", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        Path file = Files.writeString(directory.resolve("result"), "result");
        BlobReference blob = new BlobReference(Sha256.of(file), Files.size(file));
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/refusing";

        assertThatThrownBy(() -> store.upload(new StageTicket(SegmentReporter.onTheWire(blob), Optional.of(url)), file))
                .isInstanceOfSatisfying(StoreException.class, refused -> assertThat(refused.code())
                        .isEqualTo(expected))
                .hasMessageContaining(code + ": the reason");
    }

    @Test
    void readsManifests() throws Exception {
        objects.put("ck-1", "{}".getBytes(UTF_8));

        assertThat(store.manifest(new CheckpointId("ck-1"))).isEqualTo("{}".getBytes(UTF_8));
        assertThatThrownBy(() -> store.manifest(new CheckpointId("ck-2")))
                .isInstanceOf(StoreException.class)
                .matches(thrown -> ((StoreException) thrown).isMissing());
    }

    @Test
    void probes() throws Exception {
        store.probe();
        server.stop(0);

        assertThatThrownBy(() -> store.probe()).isInstanceOf(StoreException.class);
    }

    private BlobReference put(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        objects.put(Sha256.of(bytes), bytes);
        return new BlobReference(Sha256.of(bytes), bytes.length);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (path.equals("/v1/blobs/links")) {
                links(exchange, mapper.readValue(body, LinkRequest.class));
            } else if (path.equals("/v1/blobs/stage")) {
                stage(exchange, mapper.readValue(body, StageRequest.class));
            } else if (path.startsWith("/q/")) {
                send(exchange, 200, new byte[0]);
            } else if (exchange.getRequestMethod().equals("PUT")) {
                objects.put(name, body);
                send(exchange, 200, new byte[0]);
            } else if (path.startsWith("/objects/") && brokenDownloads.getAndDecrement() > 0) {
                send(exchange, 503, new byte[0]);
            } else if (objects.containsKey(name)) {
                send(exchange, 200, objects.get(name));
            } else {
                send(exchange, 404, new byte[0]);
            }
        }
    }

    private void links(HttpExchange exchange, LinkRequest request) throws IOException {
        linkRequests.incrementAndGet();
        List<String> unknown = request.digests().stream()
                .map(digest -> digest.value())
                .filter(digest -> !objects.containsKey(digest))
                .toList();
        if (unknown.isEmpty()) {
            List<BlobLink> links = request.digests().stream()
                    .map(digest -> new BlobLink(digest, address(digest.value())))
                    .toList();
            send(exchange, 200, mapper.writeValueAsBytes(new LinkResponse(links)));
        } else {
            send(
                    exchange,
                    404,
                    ("{\"type\":\"about:blank\",\"title\":\"unknown\",\"status\":404,\"detail\":\"unknown: "
                                    + String.join(",", unknown) + "\",\"errors\":[]}")
                            .getBytes(UTF_8));
        }
    }

    private void stage(HttpExchange exchange, StageRequest request) throws IOException {
        List<StageTicket> tickets = request.blobs().stream()
                .map(blob -> new StageTicket(
                        blob,
                        objects.containsKey(blob.digest().value())
                                ? Optional.empty()
                                : Optional.of(address(blob.digest().value()))))
                .toList();
        send(exchange, 200, mapper.writeValueAsBytes(new StageResponse(tickets)));
    }

    private String address(String digest) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/objects/" + digest;
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}
