package io.finemesh.store.health;

import io.finemesh.contract.wire.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The broker answers and has the topics the store reads and writes. */
final class BrokerDependency implements Dependency, AutoCloseable {
    private static final List<String> TOPICS = List.of(
            Topics.TRAINING_EVENTS.name(),
            Topics.TRAINING_EVENTS.deadLetterName(),
            Topics.RUN_EVENTS.name(),
            Topics.RUN_EVENTS.deadLetterName(),
            Topics.CHECKPOINTS.name(),
            Topics.DATASETS.name());

    private final String brokers;
    private final Duration timeout;
    private Admin admin;

    BrokerDependency(String brokers, Duration timeout) {
        this.brokers = brokers;
        this.timeout = timeout;
    }

    @Override
    public String name() {
        return "broker";
    }

    @Override
    public void require() throws UnusableException, InterruptedException {
        int millis = Math.toIntExact(timeout.toMillis());
        try {
            admin().describeTopics(TOPICS, new DescribeTopicsOptions().timeoutMs(millis))
                    .allTopicNames()
                    .get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new UnusableException(
                        "a topic does not exist on " + brokers + ": "
                                + failure.getCause().getMessage() + "; create " + TOPICS,
                        failure);
            }
            throw new UnusableException(
                    brokers + " does not answer: " + failure.getCause().getMessage(), failure);
        } catch (TimeoutException | KafkaException failure) {
            throw new UnusableException(brokers + " does not answer: " + failure.getMessage(), failure);
        }
    }

    /** Made at the first look and not before: a name that does not resolve must not stop the service from starting. */
    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    brokers,
                    AdminClientConfig.CLIENT_ID_CONFIG,
                    "finemesh-checkpoint-store-watch",
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    Math.toIntExact(timeout.toMillis()),
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    Math.toIntExact(timeout.toMillis())));
        }
        return admin;
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(timeout);
        }
    }
}
