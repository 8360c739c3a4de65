package io.finemesh.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayConfigTest {
    @Test
    void hasADefaultForEverything() {
        GatewayConfig config = read(Map.of());
        assertThat(config.store().url()).isEqualTo(URI.create("http://127.0.0.1:7402"));
        assertThat(config.store().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.store().transferTimeout()).isEqualTo(Duration.ofHours(6));
        assertThat(config.kafka().bootstrapServers()).isEqualTo("127.0.0.1:7410");
        assertThat(config.kafka().sendTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.kafka().pollInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(config.kafka().retryInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.submission().maxBytes().asLongValue()).isEqualTo(1 << 20);
        assertThat(config.events().heartbeat()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.events().endGrace()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.events().mostStreams()).isEqualTo(200);
        assertThat(config.trainers().silentAfter()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.pages().runs()).isEqualTo(50);
        assertThat(config.pages().steps()).isEqualTo(1000);
        assertThat(config.webhooks().secrets()).isEmpty();
        assertThat(config.webhooks().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.webhooks().attempts()).isEqualTo(8);
        assertThat(config.webhooks().firstPause()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void takesEverySetting() {
        GatewayConfig config = read(Map.ofEntries(
                Map.entry("finemesh.gateway.store.url", "http://store:1"),
                Map.entry("finemesh.gateway.store.timeout", "1s"),
                Map.entry("finemesh.gateway.store.transfer-timeout", "2h"),
                Map.entry("finemesh.gateway.kafka.bootstrap-servers", "a:1,b:2"),
                Map.entry("finemesh.gateway.kafka.send-timeout", "3s"),
                Map.entry("finemesh.gateway.kafka.poll-interval", "4ms"),
                Map.entry("finemesh.gateway.kafka.retry-interval", "5s"),
                Map.entry("finemesh.gateway.submission.max-bytes", "6K"),
                Map.entry("finemesh.gateway.events.heartbeat", "7s"),
                Map.entry("finemesh.gateway.events.end-grace", "8s"),
                Map.entry("finemesh.gateway.events.most-streams", "9"),
                Map.entry("finemesh.gateway.trainers.silent-after", "10m"),
                Map.entry("finemesh.gateway.pages.runs", "11"),
                Map.entry("finemesh.gateway.pages.steps", "12"),
                Map.entry("finemesh.gateway.webhooks.secrets.office", "s"),
                Map.entry("finemesh.gateway.webhooks.timeout", "13s"),
                Map.entry("finemesh.gateway.webhooks.attempts", "14"),
                Map.entry("finemesh.gateway.webhooks.first-pause", "15s")));
        assertThat(config.store().url()).isEqualTo(URI.create("http://store:1"));
        assertThat(config.store().timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.store().transferTimeout()).isEqualTo(Duration.ofHours(2));
        assertThat(config.kafka().bootstrapServers()).isEqualTo("a:1,b:2");
        assertThat(config.kafka().sendTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.kafka().pollInterval()).isEqualTo(Duration.ofMillis(4));
        assertThat(config.kafka().retryInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.submission().maxBytes().asLongValue()).isEqualTo(6 << 10);
        assertThat(config.events().heartbeat()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.events().endGrace()).isEqualTo(Duration.ofSeconds(8));
        assertThat(config.events().mostStreams()).isEqualTo(9);
        assertThat(config.trainers().silentAfter()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.pages().runs()).isEqualTo(11);
        assertThat(config.pages().steps()).isEqualTo(12);
        assertThat(config.webhooks().secrets()).containsEntry("office", "s");
        assertThat(config.webhooks().timeout()).isEqualTo(Duration.ofSeconds(13));
        assertThat(config.webhooks().attempts()).isEqualTo(14);
        assertThat(config.webhooks().firstPause()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void takesAddressesFromTheEnvironmentTheMeshSets() {
        GatewayConfig config =
                read(Map.of("FINEMESH_STORE_URL", "http://127.0.0.1:9", "kafka.bootstrap.servers", "127.0.0.1:10"));
        assertThat(config.store().url()).isEqualTo(URI.create("http://127.0.0.1:9"));
        assertThat(config.kafka().bootstrapServers()).isEqualTo("127.0.0.1:10");
    }

    private static GatewayConfig read(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withConverter(MemorySize.class, 300, new MemorySizeConverter())
                .withConverter(Duration.class, 300, new DurationConverter())
                .withMapping(GatewayConfig.class)
                .withDefaultValues(values)
                .build()
                .getConfigMapping(GatewayConfig.class);
    }
}
