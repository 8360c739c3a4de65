package io.finemesh.store.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class StoreConfigTest {
    private static final String PREFIX = "finemesh.checkpoint-store.";
    private static final Map<String, String> KEYS =
            Map.of(PREFIX + "s3.access-key", "key", PREFIX + "s3.secret-key", "secret");

    @Test
    void defaults() {
        StoreConfig config = load(KEYS);

        assertThat(config.dataDirectory()).isEqualTo(Path.of(".finemesh/checkpoint-store"));
        assertThat(config.s3().endpoint()).isEqualTo(URI.create("http://127.0.0.1:7411"));
        assertThat(config.s3().linkEndpoint()).isEmpty();
        assertThat(config.s3().region()).isEqualTo("us-east-1");
        assertThat(config.s3().bucket()).isEqualTo("finemesh");
        assertThat(config.s3().connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.s3().answerTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.s3().linkValidity()).isEqualTo(Duration.ofHours(1));
        assertThat(config.models().largestArchive().asLongValue()).isEqualTo(256L << 30);
        assertThat(config.models().largestFile().asLongValue()).isEqualTo(128L << 20);
        assertThat(config.models().importDirectories()).isEmpty();
        assertThat(config.datasets().longestLine().asLongValue()).isEqualTo(8L << 20);
        assertThat(config.datasets().largest().asLongValue()).isEqualTo(5L << 30);
        assertThat(config.commits().parallel()).isEqualTo(2);
        assertThat(config.commits().firstPause()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.commits().longestPause()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.commits().basePatience()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.commits().unexpectedAttempts()).isEqualTo(5);
        assertThat(config.events().timeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.watch().interval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.watch().timeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void everyKeyIsRead() {
        Map<String, String> all = new HashMap<>(KEYS);
        all.put(PREFIX + "data-directory", "/data");
        all.put(PREFIX + "s3.endpoint", "https://s3.example");
        all.put(PREFIX + "s3.link-endpoint", "https://public.example");
        all.put(PREFIX + "s3.region", "eu-central-1");
        all.put(PREFIX + "s3.bucket", "b");
        all.put(PREFIX + "s3.connect-timeout", "1s");
        all.put(PREFIX + "s3.answer-timeout", "2s");
        all.put(PREFIX + "s3.link-validity", "10m");
        all.put(PREFIX + "models.largest-archive", "1G");
        all.put(PREFIX + "models.largest-file", "2M");
        all.put(PREFIX + "models.import-directories", "/models,/more");
        all.put(PREFIX + "datasets.longest-line", "3K");
        all.put(PREFIX + "datasets.largest", "4M");
        all.put(PREFIX + "connectors.batch-records", "11");
        all.put(PREFIX + "connectors.batch-bytes", "12K");
        all.put(PREFIX + "connectors.linger", "13ms");
        all.put(PREFIX + "connectors.pause", "14ms");
        all.put(PREFIX + "commits.parallel", "7");
        all.put(PREFIX + "commits.first-pause", "1ms");
        all.put(PREFIX + "commits.longest-pause", "2ms");
        all.put(PREFIX + "commits.base-patience", "3ms");
        all.put(PREFIX + "commits.unexpected-attempts", "9");
        all.put(PREFIX + "events.timeout", "4s");
        all.put(PREFIX + "watch.interval", "5s");
        all.put(PREFIX + "watch.timeout", "6s");

        StoreConfig config = load(all);

        assertThat(config.dataDirectory()).isEqualTo(Path.of("/data"));
        assertThat(config.s3().endpoint()).isEqualTo(URI.create("https://s3.example"));
        assertThat(config.s3().linkEndpoint()).contains(URI.create("https://public.example"));
        assertThat(config.s3().region()).isEqualTo("eu-central-1");
        assertThat(config.s3().bucket()).isEqualTo("b");
        assertThat(config.s3().accessKey()).isEqualTo("key");
        assertThat(config.s3().secretKey()).isEqualTo("secret");
        assertThat(config.s3().connectTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.s3().answerTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.s3().linkValidity()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.models().largestArchive().asLongValue()).isEqualTo(1L << 30);
        assertThat(config.models().largestFile().asLongValue()).isEqualTo(2L << 20);
        assertThat(config.models().importDirectories()).contains(List.of(Path.of("/models"), Path.of("/more")));
        assertThat(config.datasets().longestLine().asLongValue()).isEqualTo(3L << 10);
        assertThat(config.datasets().largest().asLongValue()).isEqualTo(4L << 20);
        assertThat(config.connectors().batchRecords()).isEqualTo(11);
        assertThat(config.connectors().batchBytes().asLongValue()).isEqualTo(12L << 10);
        assertThat(config.connectors().linger()).isEqualTo(Duration.ofMillis(13));
        assertThat(config.connectors().pause()).isEqualTo(Duration.ofMillis(14));
        assertThat(config.commits().parallel()).isEqualTo(7);
        assertThat(config.commits().firstPause()).isEqualTo(Duration.ofMillis(1));
        assertThat(config.commits().longestPause()).isEqualTo(Duration.ofMillis(2));
        assertThat(config.commits().basePatience()).isEqualTo(Duration.ofMillis(3));
        assertThat(config.commits().unexpectedAttempts()).isEqualTo(9);
        assertThat(config.events().timeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.watch().interval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.watch().timeout()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void thereAreNoDefaultKeysToTheStorage() {
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("access-key")
                .hasMessageContaining("secret-key");
    }

    @Test
    void aRetiredOrMisspelledKeyFailsTheStart() {
        Map<String, String> misspelled = new HashMap<>(KEYS);
        misspelled.put(PREFIX + "s3.buket", "b");

        assertThatThrownBy(() -> load(misspelled)).hasMessageContaining("buket");
    }

    /** What the environment sets under shared names must fall back to what the mapping says. */
    @Test
    void theFileRepeatsTheMappingsDefaultsForSharedNames() throws IOException {
        SmallRyeConfig file = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(properties(), "application.properties", 100))
                .build();
        StoreConfig defaults = load(KEYS);

        assertThat(file.getValue(PREFIX + "data-directory", String.class))
                .isEqualTo(defaults.dataDirectory().toString());
        assertThat(file.getValue(PREFIX + "s3.endpoint", String.class))
                .isEqualTo(defaults.s3().endpoint().toString());
        assertThat(file.getValue(PREFIX + "s3.region", String.class))
                .isEqualTo(defaults.s3().region());
        assertThat(file.getValue(PREFIX + "s3.bucket", String.class))
                .isEqualTo(defaults.s3().bucket());
        assertThatThrownBy(() -> file.getValue(PREFIX + "s3.access-key", String.class))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("FINEMESH_S3_ACCESS_KEY");
    }

    @Test
    void theChannelsReadTheContractsTopicsAndTheirDeadLetterTopics() throws IOException {
        requireChannel("training-events", Topics.TRAINING_EVENTS, "finemesh-checkpoint-store");
        requireChannel("run-events", Topics.RUN_EVENTS, "finemesh-checkpoint-store-names");
    }

    private static void requireChannel(String name, Topic<?> topic, String group) throws IOException {
        Map<String, String> file = properties();
        String channel = "mp.messaging.incoming." + name + ".";
        assertThat(file.get(channel + "topic")).isEqualTo(topic.name());
        assertThat(file.get(channel + "dead-letter-queue.topic")).isEqualTo(topic.deadLetterName());
        assertThat(file.get(channel + "failure-strategy")).isEqualTo("dead-letter-queue");
        assertThat(file.get(channel + "auto.offset.reset")).isEqualTo("earliest");
        assertThat(file.get(channel + "group.id")).isEqualTo(group);
        assertThat(Optional.ofNullable(file.get(channel + "throttled.unprocessed-record-max-age.ms")))
                .as("a result may wait for storage for as long as it takes")
                .contains("0");
    }

    private static Map<String, String> properties() throws IOException {
        Properties properties = new Properties();
        // From the sources: the class path has what the test framework made of it.
        try (InputStream in =
                java.nio.file.Files.newInputStream(Path.of("src/main/resources/application.properties"))) {
            properties.load(in);
        }
        Map<String, String> map = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }

    private static StoreConfig load(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withConverter(io.quarkus.runtime.configuration.MemorySize.class, 100, new MemorySizeConverter())
                .withConverter(Duration.class, 100, new io.quarkus.runtime.configuration.DurationConverter())
                .withMapping(StoreConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build()
                .getConfigMapping(StoreConfig.class);
    }
}
