package io.finemesh.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.hub.FakeHub;
import io.finemesh.cli.hub.HubException;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person names as data comes to the gateway, with where it is from. */
class DataFileTest {
    @TempDir
    Path directory;

    private final List<String> uploads = new CopyOnWriteArrayList<>();
    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
    private final List<Long> lengths = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Gateway gateway;

    @BeforeEach
    void open() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/datasets", exchange -> {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                uploads.add(exchange.getRequestURI().getQuery() + " " + new String(body, UTF_8));
                bodies.add(body);
                lengths.add(Long.valueOf(exchange.getRequestHeaders().getFirst("Content-Length")));
                byte[] answer = "{\"version\":\"sums-test@4\",\"samples\":1,\"dropped\":{}}".getBytes(UTF_8);
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
    void partsAreSentAsOneArchiveOfKnownLength() throws Exception {
        Path first = Files.writeString(directory.resolve("train-00000-of-00002.jsonl"), "{\"a\":1}");
        Path second = Files.writeString(directory.resolve("train-00001-of-00002.jsonl"), "{\"b\":2}\n".repeat(100));
        DataFile parts = new DataFile(List.of(first, second), Optional.empty(), Optional.empty());

        parts.append(gateway, "mine", Optional.empty(), Optional.of("0.2"));

        assertThat(uploads).singleElement().asString().startsWith("held_out=0.2 ");
        byte[] sent = bodies.getFirst();
        assertThat(lengths).containsExactly((long) sent.length);
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(sent))) {
            assertThat(tar.getNextEntry().getName()).isEqualTo("train-00000-of-00002.jsonl");
            assertThat(tar.readAllBytes()).isEqualTo(Files.readAllBytes(first));
            assertThat(tar.getNextEntry().getName()).isEqualTo("train-00001-of-00002.jsonl");
            assertThat(tar.readAllBytes()).isEqualTo(Files.readAllBytes(second));
            assertThat(tar.getNextEntry()).isNull();
        }
    }

    @Test
    void whatLiesHereIsCalledAfterItsFileAndItsContent() throws Exception {
        StringWriter told = new StringWriter();
        NamedData data = new NamedData(gateway, new PrintWriter(told), Map.of());
        Path rows = Files.writeString(directory.resolve("my test.jsonl"), "{\"a\":1}\n");

        assertThat(data.version("sums@3", true)).isEqualTo("sums@3");
        assertThat(data.version("rows.jsonl", true))
                .as("no such file, so it is a name")
                .isEqualTo("rows.jsonl");
        assertThat(uploads).isEmpty();
        assertThat(data.version(rows.toString(), true)).isEqualTo("sums-test@4");
        assertThat(data.version(rows.toString(), true)).as("once is enough").isEqualTo("sums-test@4");
        assertThat(data.version(rows.toString(), false)).isEqualTo("sums-test@4");
        Files.writeString(rows, "{\"a\":2}\n");
        new NamedData(gateway, new PrintWriter(told), Map.of()).version(rows.toString(), true);

        assertThat(uploads)
                .containsExactly(
                        "name=my-test-e3464320&format=documents {\"a\":1}\n",
                        "name=my-test-e3464320 {\"a\":1}\n",
                        "name=my-test-0f117a2a&format=documents {\"a\":2}\n");
        assertThat(told.toString()).contains("my test.jsonl (8 B) is uploaded as sums-test@4: 1 samples");
    }

    @Test
    void aHubsSplitIsCalledAfterItselfAndItsCommit() throws Exception {
        try (FakeHub hub = new FakeHub()
                .file("data/train-00000-of-00002.jsonl", "{\"a\":1}\n", "")
                .file("data/train-00001-of-00002.jsonl", "{\"a\":2}\n", "")) {
            StringWriter told = new StringWriter();
            NamedData data = new NamedData(
                    gateway,
                    new PrintWriter(told),
                    Map.of("HF_ENDPOINT", hub.endpoint().toString(), "XDG_CACHE_HOME", directory.toString()));

            assertThat(data.version("hub:owner/sums:train", false)).isEqualTo("sums-test@4");

            assertThat(uploads)
                    .singleElement()
                    .asString()
                    .startsWith("name=sums-train-01234567&source=hub:owner/sums@" + FakeHub.COMMIT
                            + ":data/train-*-of-00002.jsonl ");
            assertThat(told.toString()).contains("fetching hub:owner/sums:train", "(2 files, 16 B) is uploaded as");
        }
    }

    @Test
    void everyNameThatStandsForNothingIsToldBeforeAnythingIsSent() throws Exception {
        Files.createDirectories(directory.resolve("folder"));
        assertThatThrownBy(() -> NamedData.require(
                        List.of("sums", "hub:nothing", directory + "/none.jsonl", directory + "/folder", "hub:a/b")))
                .hasMessageContaining("\"hub:nothing\" is not hub:OWNER/NAME")
                .hasMessageContaining("none.jsonl is no file here")
                .hasMessageContaining("folder is no file here")
                .message()
                .hasLineCount(3);
    }
}
