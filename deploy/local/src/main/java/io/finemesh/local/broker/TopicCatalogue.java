package io.finemesh.local.broker;

import io.finemesh.contract.wire.Cleanup;
import io.finemesh.contract.wire.Topic;
import io.finemesh.local.broker.EmbeddedBroker.BrokerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;

/** Makes the broker's topics what a catalogue says: missing ones are created, settings that differ are changed. */
public final class TopicCatalogue {
    /** What could not be read stays a month for a person to look at. */
    private static final Cleanup DEAD_LETTERS = new Cleanup.DeleteAfter(Duration.ofDays(30));

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<Entry> entries;

    TopicCatalogue(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** One topic as it should be. */
    record Entry(String name, int partitions, Map<String, String> configuration) {}

    /** How many topics were made or changed. */
    public record Outcome(int created, int changed, int unchanged) {}

    /** Every topic of the contract, each with the topic of its dead letters. */
    public static TopicCatalogue ofContract() {
        List<Entry> entries = new ArrayList<>();
        for (Topic<?> topic : Topic.all()) {
            entries.add(new Entry(topic.name(), topic.partitions(), topic.configuration()));
            entries.add(new Entry(topic.deadLetterName(), topic.partitions(), DEAD_LETTERS.configuration()));
        }
        return new TopicCatalogue(entries);
    }

    /**
     * @throws BrokerException when the broker does not answer, or when a topic has fewer or more partitions than it should: that
     *     cannot be changed without moving keys
     */
    public Outcome apply(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Set<String> present = get(admin.listTopics().names());
            List<Entry> missing = entries.stream()
                    .filter(entry -> !present.contains(entry.name()))
                    .toList();
            List<Entry> existing = entries.stream()
                    .filter(entry -> present.contains(entry.name()))
                    .toList();
            checkPartitions(admin, existing);
            get(admin.createTopics(missing.stream()
                            .map(entry -> new NewTopic(entry.name(), entry.partitions(), (short) 1)
                                    .configs(entry.configuration()))
                            .toList())
                    .all());
            int changed = alignConfiguration(admin, existing);
            return new Outcome(missing.size(), changed, existing.size() - changed);
        }
    }

    private static void checkPartitions(Admin admin, List<Entry> existing) {
        Map<String, TopicDescription> descriptions =
                get(admin.describeTopics(existing.stream().map(Entry::name).toList())
                        .allTopicNames());
        List<String> problems = existing.stream()
                .filter(entry -> descriptions.get(entry.name()).partitions().size() != entry.partitions())
                .map(entry -> entry.name() + " has "
                        + descriptions.get(entry.name()).partitions().size() + " partitions, not " + entry.partitions())
                .toList();
        if (!problems.isEmpty()) {
            throw new BrokerException(
                    "Topics on disk do not fit this version: " + String.join("; ", problems)
                            + ". Keys would change their partition, so start with --fresh, or with another FINEMESH_HOME",
                    null);
        }
    }

    private static int alignConfiguration(Admin admin, List<Entry> existing) {
        Map<ConfigResource, Entry> resources = existing.stream()
                .collect(Collectors.toMap(
                        entry -> new ConfigResource(ConfigResource.Type.TOPIC, entry.name()), Function.identity()));
        Map<ConfigResource, Config> actual =
                get(admin.describeConfigs(resources.keySet()).all());
        Map<ConfigResource, Collection<AlterConfigOp>> operations = resources.entrySet().stream()
                .map(resource ->
                        Map.entry(resource.getKey(), differences(resource.getValue(), actual.get(resource.getKey()))))
                .filter(resource -> !resource.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        get(admin.incrementalAlterConfigs(operations).all());
        return operations.size();
    }

    private static Collection<AlterConfigOp> differences(Entry wanted, Config actual) {
        return wanted.configuration().entrySet().stream()
                .filter(setting -> !Optional.ofNullable(actual.get(setting.getKey()))
                        .map(ConfigEntry::value)
                        .equals(Optional.of(setting.getValue())))
                .map(setting -> new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()), AlterConfigOp.OpType.SET))
                .toList();
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            throw new BrokerException(
                    "The broker refused a request about topics: "
                            + failure.getCause().getMessage(),
                    failure.getCause());
        } catch (TimeoutException failure) {
            throw new BrokerException("The broker did not answer within " + LIMIT.toSeconds() + " s", failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new BrokerException("Interrupted while waiting for the broker", failure);
        }
    }
}
