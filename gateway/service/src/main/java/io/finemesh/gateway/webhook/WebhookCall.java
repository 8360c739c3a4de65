package io.finemesh.gateway.webhook;

import io.finemesh.contract.id.EventId;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** One signed message to one receiver. Only the status of the answer counts: its body is not read, however long it is, and where it sends elsewhere nothing is sent. */
final class WebhookCall implements AutoCloseable {
    private final HttpClient http;
    private final Duration timeout;
    private final Clock clock;

    /** @param timeout longest wait for a connection, and for the beginning of an answer */
    WebhookCall(Duration timeout, Clock clock) {
        this.http = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .build();
        this.timeout = timeout;
        this.clock = clock;
    }

    /**
     * What came of it.
     *
     * @param taken whether the receiver has it
     * @param again whether another attempt may do better
     * @param status HTTP status; 0 without an answer
     * @param message why it is not taken
     */
    record Attempt(boolean taken, boolean again, int status, String message) {}

    Attempt send(String url, EventId id, String secret, byte[] body) throws InterruptedException {
        Instant now = clock.instant();
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(timeout)
                    .header("content-type", "application/json")
                    .header("webhook-id", id.value())
                    .header("webhook-timestamp", Long.toString(now.getEpochSecond()))
                    .header("webhook-signature", Signature.of(secret, id.value(), now, body))
                    .POST(BodyPublishers.ofByteArray(body))
                    .build();
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            // Closed unread: an answer without end would keep this message under way for ever.
            answer.body().close();
            return judged(answer.statusCode());
        } catch (IOException lost) {
            String reason = lost.getMessage() == null ? lost.getClass().getSimpleName() : lost.getMessage();
            return new Attempt(false, true, 0, "it did not answer (" + reason + ")");
        } catch (IllegalArgumentException noAddress) {
            return new Attempt(false, false, 0, "its address cannot be used: " + noAddress.getMessage());
        }
    }

    private static Attempt judged(int status) {
        boolean again = status == 408 || status == 429 || status >= 500;
        String elsewhere = status / 100 == 3
                ? ", and what is signed for one address is not sent to another; name the address that it leads to"
                : "";
        return new Attempt(status / 100 == 2, again, status, "it answered HTTP " + status + elsewhere);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
