package io.finemesh.evaluator.config;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(config.generationBatch()).isEqualTo(64);
        assertThat(config.tokensPerRow()).isEqualTo(4096);
        assertThat(config.rangeSamples()).isEqualTo(64);
        assertThat(config.cacheBytes()).isEqualTo(32L << 30);
        assertThat(config.store().url()).isEqualTo(URI.create("http://127.0.0.1:7402"));
        assertThat(config.store().timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.store().patience()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void everyKeyCanBeSet() {
        EvaluatorConfig config = config(Map.of(
                "finemesh.evaluator.id", "e-7",
                "finemesh.evaluator.data-directory", "/var/e",
                "finemesh.evaluator.threads", "8",
                "finemesh.evaluator.generation-batch", "3",
                "finemesh.evaluator.tokens-per-row", "512",
                "finemesh.evaluator.range-samples", "5",
                "finemesh.evaluator.cache-bytes", "1000",
                "finemesh.evaluator.store.url", "http://store:1",
                "finemesh.evaluator.store.timeout", "2s",
                "finemesh.evaluator.store.patience", "1m"));

        assertThat(config.id()).isEqualTo("e-7");
        assertThat(config.dataDirectory()).isEqualTo(Path.of("/var/e"));
        assertThat(config.threads()).isEqualTo(8);
        assertThat(config.generationBatch()).isEqualTo(3);
        assertThat(config.tokensPerRow()).isEqualTo(512);
        assertThat(config.rangeSamples()).isEqualTo(5);
        assertThat(config.cacheBytes()).isEqualTo(1000);
        assertThat(config.store().url()).isEqualTo(URI.create("http://store:1"));
        assertThat(config.store().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.store().patience()).isEqualTo(Duration.ofMinutes(1));
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
