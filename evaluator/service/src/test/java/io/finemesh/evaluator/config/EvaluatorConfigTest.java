package io.finemesh.evaluator.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.engine.tensor.DevicePreference;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluatorConfigTest {
    @Test
    void defaults() {
        EvaluatorConfig config = config(Map.of());

        assertThat(config.id()).isEqualTo("evaluator-0");
        assertThat(config.dataDirectory()).isEqualTo(Path.of(".finemesh/data/evaluator"));
        assertThat(config.threads()).isEqualTo(2);
        assertThat(config.device()).isEqualTo(DevicePreference.PROCESSOR);
        assertThat(config.generationBatch()).isEqualTo(64);
        assertThat(config.tokensPerRow()).isEqualTo(4096);
        assertThat(config.rangeSamples()).isEqualTo(64);
        assertThat(config.cacheBytes()).isEqualTo(32L << 30);
        assertThat(config.store().url()).isEqualTo(URI.create("http://127.0.0.1:7402"));
        assertThat(config.store().timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.store().patience()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.remote().secrets()).isEmpty();
        assertThat(config.remote().hosts()).isEmpty();
        assertThat(config.remote().atOnce()).isEqualTo(8);
        assertThat(config.remote().attempts()).isEqualTo(6);
        assertThat(config.remote().firstPause()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.remote().timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.remote().judgeRequests()).isEqualTo(10_000);
        assertThat(config.remote().judgeTokens()).isEqualTo(10_000_000);
    }

    @Test
    void everyKeyCanBeSet() {
        EvaluatorConfig config = config(Map.ofEntries(
                Map.entry("finemesh.evaluator.id", "e-7"),
                Map.entry("finemesh.evaluator.data-directory", "/var/e"),
                Map.entry("finemesh.evaluator.threads", "8"),
                Map.entry("finemesh.evaluator.device", "cuda:1"),
                Map.entry("finemesh.evaluator.generation-batch", "3"),
                Map.entry("finemesh.evaluator.tokens-per-row", "512"),
                Map.entry("finemesh.evaluator.range-samples", "5"),
                Map.entry("finemesh.evaluator.cache-bytes", "1000"),
                Map.entry("finemesh.evaluator.store.url", "http://store:1"),
                Map.entry("finemesh.evaluator.store.timeout", "2s"),
                Map.entry("finemesh.evaluator.store.patience", "1m"),
                Map.entry("finemesh.evaluator.remote.secrets.big", "k"),
                Map.entry("finemesh.evaluator.remote.hosts.big", "models.example"),
                Map.entry("finemesh.evaluator.remote.at-once", "2"),
                Map.entry("finemesh.evaluator.remote.attempts", "3"),
                Map.entry("finemesh.evaluator.remote.first-pause", "4s"),
                Map.entry("finemesh.evaluator.remote.judge-requests", "6"),
                Map.entry("finemesh.evaluator.remote.judge-tokens", "7"),
                Map.entry("finemesh.evaluator.remote.timeout", "5s")));

        assertThat(config.id()).isEqualTo("e-7");
        assertThat(config.dataDirectory()).isEqualTo(Path.of("/var/e"));
        assertThat(config.threads()).isEqualTo(8);
        assertThat(config.device()).isEqualTo(new DevicePreference.Cuda(1));
        assertThat(config.generationBatch()).isEqualTo(3);
        assertThat(config.tokensPerRow()).isEqualTo(512);
        assertThat(config.rangeSamples()).isEqualTo(5);
        assertThat(config.cacheBytes()).isEqualTo(1000);
        assertThat(config.store().url()).isEqualTo(URI.create("http://store:1"));
        assertThat(config.store().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.store().patience()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.remote().secrets()).containsEntry("big", "k");
        assertThat(config.remote().hosts()).containsEntry("big", "models.example");
        assertThat(config.remote().atOnce()).isEqualTo(2);
        assertThat(config.remote().attempts()).isEqualTo(3);
        assertThat(config.remote().firstPause()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.remote().timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.remote().judgeRequests()).isEqualTo(6);
        assertThat(config.remote().judgeTokens()).isEqualTo(7);
    }

    private static EvaluatorConfig config(Map<String, String> properties) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(EvaluatorConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 500))
                .addDefaultInterceptors()
                .withConverter(Duration.class, 500, new DurationConverter())
                .build();
        return config.getConfigMapping(EvaluatorConfig.class);
    }
}
