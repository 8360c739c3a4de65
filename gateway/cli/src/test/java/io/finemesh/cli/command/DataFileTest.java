package io.finemesh.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.hub.FakeHub;
import io.finemesh.cli.hub.HubException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person names as data comes to the gateway, with where it is from. */
class DataFileTest {
    @TempDir
    Path directory;

    private final List<String> uploads = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Gateway gateway;

    @BeforeEach
    void open() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/datasets", exchange -> {
            try (exchange) {
                uploads.add(exchange.getRequestURI().getQuery() + " "
                        + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                byte[] answer = "{\"version\":\"sums-test@4\"}".getBytes(UTF_8);
                exchange.sendResponseHeaders(201, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        server.start();
        gateway =
                new Gateway(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    @AfterEach
    void close() {
        gateway.close();
        server.stop(0);
    }

    @Test
    void aHubsFileIsUploadedWithItsCommit() throws Exception {
        try (FakeHub hub = new FakeHub().file("test.jsonl", "{\"a\":1}\n", "")) {
            Map<String, String> environment =
                    Map.of("HF_ENDPOINT", hub.endpoint().toString(), "XDG_CACHE_HOME", directory.toString());

            DataFile.ofHub("hub:owner/sums:test", environment)
                    .upload(gateway, "mine", Optional.of("documents"), Optional.empty());

            assertThat(uploads)
                    .containsExactly("name=mine&format=documents&source=hub:owner/sums@" + FakeHub.COMMIT
                            + ":test.jsonl {\"a\":1}\n");
            assertThatThrownBy(() -> DataFile.ofHub("hub:owner/other:test", environment))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("no such data set");
        }
    }

    @Test
    void aTasksDataIsADataSetOfTheMeshOrAFileThatBecomesOne() throws Exception {
        Path rows = Files.writeString(directory.resolve("my test.jsonl"), "{\"a\":1}\n");

        assertThat(DataFile.named(gateway, "sums@3", true)).isEqualTo("sums@3");
        assertThat(uploads).isEmpty();
        assertThat(DataFile.named(gateway, rows.toString(), true)).isEqualTo("sums-test@4");
        assertThat(uploads).containsExactly("name=my-test&format=documents {\"a\":1}\n");
        assertThatThrownBy(() -> DataFile.named(gateway, "hub:nothing", true)).isInstanceOf(HubException.class);
    }
}
