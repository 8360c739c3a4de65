package io.finemesh.scheduler.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;

class SchedulerConfigTest {
    private static SchedulerConfig config(Map<String, String> properties) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(SchedulerConfig.class)
                .withConverter(Duration.class, 200, (Converter<Duration>) SchedulerConfigTest::duration)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build();
        return config.getConfigMapping(SchedulerConfig.class);
    }

    private static Duration duration(String text) {
        return DurationConverter.parseDuration(text);
    }

    @Test
    void hasDefaults() {
        SchedulerConfig config = config(Map.of());

        assertThat(config.dataDirectory()).isEqualTo(Path.of(".finemesh/data/scheduler"));
        assertThat(config.bootstrapServers()).isEqualTo("127.0.0.1:7410");
        assertThat(config.streams().applicationId()).isEqualTo("finemesh-scheduler");
        assertThat(config.streams().instanceId()).isEqualTo("scheduler-0");
        assertThat(config.streams().threads()).isEqualTo(1);
        assertThat(config.streams().poll()).isEqualTo(Duration.ofMillis(20));
        assertThat(config.streams().commitInterval()).isEqualTo(Duration.ofMillis(10));
        assertThat(config.streams().replicationFactor()).isEqualTo(1);
        assertThat(config.streams().sessionTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.streams().watchInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.streams().retryInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.streams().answerTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.streams().closeTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.lease().silence()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.lease().confirmation()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.lease().repeats()).isEqualTo(3);
        assertThat(config.placement().preference()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.placement().impossibleAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.retry().failures()).isEqualTo(3);
        assertThat(config.retry().interruptions()).isEqualTo(10);
        assertThat(config.retry().firstRest()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.retry().longestRest()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.retry().verdictPatience()).isEqualTo(Duration.ofMinutes(15));
        assertThat(config.retry().evaluationPatience()).isEqualTo(Duration.ofHours(6));
    }

    @Test
    void takesEveryKey() {
        Map<String, String> properties = new HashMap<>();
        properties.put("finemesh.scheduler.data-directory", "elsewhere");
        properties.put("finemesh.scheduler.bootstrap-servers", "kafka:9092");
        properties.put("finemesh.scheduler.streams.application-id", "second-mesh");
        properties.put("finemesh.scheduler.streams.instance-id", "scheduler-7");
        properties.put("finemesh.scheduler.streams.threads", "3");
        properties.put("finemesh.scheduler.streams.poll", "15ms");
        properties.put("finemesh.scheduler.streams.commit-interval", "5ms");
        properties.put("finemesh.scheduler.streams.replication-factor", "3");
        properties.put("finemesh.scheduler.streams.session-timeout", "20s");
        properties.put("finemesh.scheduler.streams.watch-interval", "2s");
        properties.put("finemesh.scheduler.streams.retry-interval", "2s");
        properties.put("finemesh.scheduler.streams.answer-timeout", "6s");
        properties.put("finemesh.scheduler.streams.close-timeout", "3s");
        properties.put("finemesh.scheduler.lease.silence", "30s");
        properties.put("finemesh.scheduler.lease.confirmation", "31s");
        properties.put("finemesh.scheduler.lease.repeats", "5");
        properties.put("finemesh.scheduler.placement.preference", "10m");
        properties.put("finemesh.scheduler.placement.impossible-after", "11s");
        properties.put("finemesh.scheduler.retry.failures", "1");
        properties.put("finemesh.scheduler.retry.interruptions", "2");
        properties.put("finemesh.scheduler.retry.first-rest", "4s");
        properties.put("finemesh.scheduler.retry.longest-rest", "40s");
        properties.put("finemesh.scheduler.retry.verdict-patience", "50s");
        properties.put("finemesh.scheduler.retry.evaluation-patience", "60s");

        SchedulerConfig config = config(properties);

        assertThat(config.dataDirectory()).isEqualTo(Path.of("elsewhere"));
        assertThat(config.bootstrapServers()).isEqualTo("kafka:9092");
        assertThat(config.streams().applicationId()).isEqualTo("second-mesh");
        assertThat(config.streams().instanceId()).isEqualTo("scheduler-7");
        assertThat(config.streams().threads()).isEqualTo(3);
        assertThat(config.streams().poll()).isEqualTo(Duration.ofMillis(15));
        assertThat(config.streams().commitInterval()).isEqualTo(Duration.ofMillis(5));
        assertThat(config.streams().replicationFactor()).isEqualTo(3);
        assertThat(config.streams().sessionTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.streams().watchInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.streams().retryInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.streams().answerTimeout()).isEqualTo(Duration.ofSeconds(6));
        assertThat(config.streams().closeTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.lease().silence()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.lease().confirmation()).isEqualTo(Duration.ofSeconds(31));
        assertThat(config.lease().repeats()).isEqualTo(5);
        assertThat(config.placement().preference()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.placement().impossibleAfter()).isEqualTo(Duration.ofSeconds(11));
        assertThat(config.retry().failures()).isEqualTo(1);
        assertThat(config.retry().interruptions()).isEqualTo(2);
        assertThat(config.retry().firstRest()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.retry().longestRest()).isEqualTo(Duration.ofSeconds(40));
        assertThat(config.retry().verdictPatience()).isEqualTo(Duration.ofSeconds(50));
        assertThat(config.retry().evaluationPatience()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void refusesAKeyThatDoesNotExist() {
        assertThatThrownBy(() -> config(Map.of("finemesh.scheduler.lease.silense", "9s")))
                .hasMessageContaining("finemesh.scheduler.lease.silense");
    }
}
