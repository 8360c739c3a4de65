package io.finemesh.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The service without a broker: it lives, is not ready, and says why. */
@QuarkusTest
class SchedulerReadinessTest {
    @TestHTTPResource("/q/health/")
    URI health;

    @TestHTTPResource("/q/metrics")
    URI metrics;

    @Test
    void isLiveButNotReadyWithoutKafka() throws Exception {
        assertThat(get(health.resolve("live")).statusCode()).isEqualTo(200);

        HttpResponse<String> ready = get(health.resolve("ready"));
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("\"name\": \"streams\"").contains("DOWN");
    }

    @Test
    void showsMetrics() throws Exception {
        assertThat(get(metrics).statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> get(URI uri) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
