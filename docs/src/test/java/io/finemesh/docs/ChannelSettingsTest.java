package io.finemesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the services read their topics, as far as a person would notice it when a service was killed. */
class ChannelSettingsTest {
    private static final Pattern GROUP = Pattern.compile("(mp\\.messaging\\.incoming\\.[a-z-]+)\\.group\\.id");

    /** A new member of a group waits until Kafka gives up the killed one: 45 seconds in which no segment was trained. */
    @ParameterizedTest
    @ValueSource(strings = {"checkpoint-store/service", "gpu-trainer/service", "evaluator/service"})
    void aServiceThatComesBackIsGivenItsPartitionsAtOnce(String module) throws IOException {
        Properties settings = new Properties();
        Path file = SourceTree.file(module + "/src/main/resources/application.properties");
        try (Reader reader = Files.newBufferedReader(file)) {
            settings.load(reader);
        }
        List<String> groups = settings.stringPropertyNames().stream()
                // A group with a name that is new at each start has no former member.
                .filter(name -> !settings.getProperty(name).contains("${quarkus.uuid}"))
                .map(GROUP::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .toList();

        assertThat(groups).isNotEmpty().allSatisfy(channel -> {
            assertThat(settings.getProperty(channel + ".group.instance.id"))
                    .as("static membership of %s", channel)
                    .startsWith("${");
            assertThat(settings.getProperty(channel + ".session.timeout.ms"))
                    .as("how long another one waits for %s", channel)
                    .isEqualTo("10000");
        });
    }
}
