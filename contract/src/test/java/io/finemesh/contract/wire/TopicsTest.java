package io.finemesh.contract.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopicsTest {
    @Test
    void oneSealedTypeIsOneTopicWithOneOwner() {
        Set<Class<?>> types = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Topic<? extends Message> topic : Topic.all()) {
            assertThat(types.add(topic.type())).as("type of %s", topic.name()).isTrue();
            assertThat(names.add(topic.name())).as(topic.name()).isTrue();
            assertThat(topic.name()).matches("finemesh\\.[a-z.]+\\.v[0-9]+");
            assertThat(topic.deadLetterName()).isEqualTo(topic.name() + ".dlq");
        }
    }

    @Test
    void everyTopicOfTheCatalogueIsFoundByItsName() {
        Topic.all().forEach(topic -> assertThat(Topics.named(topic.name())).contains(topic));
        assertThat(Topics.named("finemesh.unknown")).isEmpty();
    }

    @Test
    void whatTheLifecycleReadsTogetherHasEquallyManyPartitions() {
        assertThat(List.of(
                                Topics.RUN_COMMANDS,
                                Topics.TRAINING_EVENTS,
                                Topics.CHECKPOINTS,
                                Topics.EVALUATION_EVENTS,
                                Topics.PLACEMENT_EVENTS)
                        .stream()
                        .map(Topic::partitions)
                        .distinct())
                .hasSize(1);
        assertThat(Topics.PLACEMENT_REQUESTS.partitions()).isEqualTo(Topics.TRAINERS.partitions());
    }

    @Test
    void historyIsKeptAndStateIsCompacted() {
        assertThat(Topics.RUN_EVENTS.configuration()).containsEntry("retention.ms", "-1");
        assertThat(Topics.RUN_STATE.configuration()).containsEntry("cleanup.policy", "compact");
        assertThat(Topics.TRAINERS.configuration()).containsEntry("cleanup.policy", "compact,delete");
        assertThat(Topics.STEPS.configuration()).containsEntry("retention.ms", Long.toString(14L * 24 * 3600 * 1000));
    }
}
