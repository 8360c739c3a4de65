package io.finemesh.gateway.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.finemesh.contract.id.EventId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Receivers that do not do what receivers should. */
class WebhookCallTest {
    private static final byte[] BODY = {'{', '}'};

    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private HttpServer receiver;

    @BeforeEach
    void open() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(workers);
        receiver.start();
    }

    @AfterEach
    void close() {
        closing.countDown();
        receiver.stop(0);
        workers.shutdownNow();
    }

    private WebhookCall.Attempt send(HttpHandler answer, Duration timeout) throws InterruptedException {
        receiver.createContext("/", answer);
        Clock clock = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
        try (WebhookCall call = new WebhookCall(timeout, clock)) {
            return call.send(
                    "http://127.0.0.1:" + receiver.getAddress().getPort(), new EventId("e-1"), "open sesame", BODY);
        }
    }

    @Test
    void aReceiverThatSendsElsewhereIsToldNothingThereAndGivenUp() throws Exception {
        AtomicInteger elsewhere = new AtomicInteger();
        receiver.createContext("/elsewhere", exchange -> {
            elsewhere.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        for (int status : new int[] {301, 302, 307, 308}) {
            WebhookCall.Attempt attempt = send(
                    exchange -> {
                        exchange.getResponseHeaders().set("Location", "/elsewhere");
                        exchange.sendResponseHeaders(status, -1);
                        exchange.close();
                    },
                    Duration.ofSeconds(30));
            receiver.removeContext("/");

            assertThat(attempt.taken()).isFalse();
            assertThat(attempt.again()).as("it will send elsewhere again").isFalse();
            assertThat(attempt.message()).contains("HTTP " + status, "name the address that it leads to");
        }
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void aReceiverThatSaysNothingIsTriedAgain() throws Exception {
        WebhookCall.Attempt attempt = send(
                exchange -> {
                    waitForTheEnd();
                    exchange.close();
                },
                Duration.ofMillis(200));

        assertThat(attempt.taken()).isFalse();
        assertThat(attempt.again()).isTrue();
        assertThat(attempt.message()).contains("did not answer", "timed out");
    }

    @Test
    void anAnswerThatNeverEndsIsAnAnswer() throws Exception {
        WebhookCall.Attempt attempt = send(
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("wait".getBytes(UTF_8));
                    exchange.getResponseBody().flush();
                    waitForTheEnd();
                },
                Duration.ofSeconds(30));

        assertThat(attempt.taken()).isTrue();
        assertThat(attempt.status()).isEqualTo(200);
    }

    @Test
    void anAnswerWithoutEndIsNotReadThrough() throws Exception {
        AtomicBoolean hungUp = new AtomicBoolean();
        WebhookCall.Attempt attempt = send(exchange -> pour(exchange, hungUp), Duration.ofSeconds(30));

        assertThat(attempt.taken()).isTrue();
        await().untilTrue(hungUp);
    }

    private static void pour(HttpExchange exchange, AtomicBoolean hungUp) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        byte[] piece = new byte[1 << 16];
        try {
            while (true) {
                exchange.getResponseBody().write(piece);
            }
        } catch (IOException closed) {
            hungUp.set(true);
        }
    }

    @Test
    void anAddressThatIsNoneIsGivenUp() throws Exception {
        try (WebhookCall call = new WebhookCall(Duration.ofSeconds(30), Clock.systemUTC())) {
            WebhookCall.Attempt attempt = call.send("http://a b/", new EventId("e-1"), "open sesame", BODY);

            assertThat(attempt.again()).isFalse();
            assertThat(attempt.message()).contains("its address cannot be used");
        }
    }

    private void waitForTheEnd() {
        try {
            closing.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
