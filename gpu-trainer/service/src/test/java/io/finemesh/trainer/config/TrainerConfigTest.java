package io.finemesh.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.tensor.DevicePreference;
import io.finemesh.trainer.fixture.TestConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerConfigTest {
    @Test
    void defaults() {
        TrainerConfig config = TestConfig.of(Map.of());

        assertThat(config.id()).isEqualTo("trainer-0");
        assertThat(config.dataDirectory()).isEqualTo(Path.of(".finemesh/gpu-trainer"));
        assertThat(config.device().threads()).isEqualTo(2);
        assertThat(config.device().name()).isEqualTo(DevicePreference.PROCESSOR);
        assertThat(config.memory().budget()).isEmpty();
        assertThat(config.memory().budgetFraction()).isEqualTo(0.8);
        assertThat(config.heartbeat().interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.store().url()).isEqualTo(URI.create("http://127.0.0.1:7402"));
        assertThat(config.store().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.store().giveUpAfter()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.store().retryDelay()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.store().longestRetryDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.store().probeInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.cache().capacity().asLongValue()).isEqualTo(8L << 30);
        assertThat(config.cache().verifyExisting()).isFalse();
        assertThat(config.segment().nonFiniteSteps()).isEqualTo(10);
        assertThat(config.drain().limit()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.events().deliveryLimit()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.events().silenceLimit()).isEqualTo(Duration.ofSeconds(10));
        TrainerConfigRules.require(config);
    }

    @Test
    void everyKeySet() {
        TrainerConfig config = TestConfig.of(Map.ofEntries(
                Map.entry("id", "trainer-7"),
                Map.entry("data-directory", "/var/finemesh"),
                Map.entry("device.threads", "4"),
                Map.entry("device.name", "cuda:1"),
                Map.entry("memory.budget", "6G"),
                Map.entry("memory.budget-fraction", "0.5"),
                Map.entry("heartbeat.interval", "500ms"),
                Map.entry("store.url", "https://store:8443"),
                Map.entry("store.timeout", "3s"),
                Map.entry("store.give-up-after", "1m"),
                Map.entry("store.retry-delay", "100ms"),
                Map.entry("store.longest-retry-delay", "1s"),
                Map.entry("store.probe-interval", "2s"),
                Map.entry("cache.capacity", "100M"),
                Map.entry("cache.verify-existing", "true"),
                Map.entry("segment.non-finite-steps", "5"),
                Map.entry("drain.limit", "7s"),
                Map.entry("events.delivery-limit", "30s"),
                Map.entry("events.silence-limit", "4s")));

        assertThat(config.id()).isEqualTo("trainer-7");
        assertThat(config.dataDirectory()).isEqualTo(Path.of("/var/finemesh"));
        assertThat(config.device().threads()).isEqualTo(4);
        assertThat(config.device().name()).isEqualTo(new DevicePreference.Cuda(1));
        assertThat(config.memory().budget().orElseThrow().asLongValue()).isEqualTo(6L << 30);
        assertThat(config.memory().budgetFraction()).isEqualTo(0.5);
        assertThat(config.heartbeat().interval()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.store().url()).isEqualTo(URI.create("https://store:8443"));
        assertThat(config.store().timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.store().giveUpAfter()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.store().retryDelay()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.store().longestRetryDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.store().probeInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.cache().capacity().asLongValue()).isEqualTo(100L << 20);
        assertThat(config.cache().verifyExisting()).isTrue();
        assertThat(config.segment().nonFiniteSteps()).isEqualTo(5);
        assertThat(config.drain().limit()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.events().deliveryLimit()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.events().silenceLimit()).isEqualTo(Duration.ofSeconds(4));
        TrainerConfigRules.require(config);
    }

    @Test
    void namesEveryKeyThatCannotWork() {
        TrainerConfig config = TestConfig.of(Map.ofEntries(
                Map.entry("id", "not a name"),
                Map.entry("device.threads", "0"),
                Map.entry("memory.budget", "0"),
                Map.entry("memory.budget-fraction", "1.5"),
                Map.entry("heartbeat.interval", "0s"),
                Map.entry("store.url", "ftp://store"),
                Map.entry("store.retry-delay", "10s"),
                Map.entry("store.longest-retry-delay", "1s"),
                Map.entry("cache.capacity", "0"),
                Map.entry("segment.non-finite-steps", "0"),
                Map.entry("drain.limit", "-1s"),
                Map.entry("events.silence-limit", "0s")));

        assertThatThrownBy(() -> TrainerConfigRules.require(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "finemesh.trainer.id",
                        "finemesh.trainer.device.threads is 0, allowed: 1 and more",
                        "finemesh.trainer.memory.budget is 0",
                        "finemesh.trainer.memory.budget-fraction is 1.5, allowed: above 0 up to 1",
                        "finemesh.trainer.heartbeat.interval is PT0S, allowed: above 0",
                        "finemesh.trainer.store.url is ftp://store, allowed: an http or https URL",
                        "finemesh.trainer.store.longest-retry-delay is PT1S, allowed: at least store.retry-delay, PT10S",
                        "finemesh.trainer.cache.capacity is 0",
                        "finemesh.trainer.segment.non-finite-steps is 0",
                        "finemesh.trainer.drain.limit is PT-1S",
                        "finemesh.trainer.events.silence-limit is PT0S");
    }
}
