package io.finemesh.scheduler.messaging;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.KafkaException;

/** Looks whether Kafka answers and has the topics that are needed. Used by one thread. */
final class KafkaWatch implements AutoCloseable {
    private final String bootstrapServers;
    private final int timeoutMillis;
    private final List<String> topics;
    private Admin admin;

    /**
     * @param timeout a broker that has not answered for so long counts as away
     * @param topics what has to be there
     */
    KafkaWatch(String bootstrapServers, Duration timeout, List<String> topics) {
        this.bootstrapServers = bootstrapServers;
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
        this.topics = List.copyOf(topics);
    }

    /** What is missing now, for people; empty if nothing is. */
    Optional<String> missing() throws InterruptedException {
        try {
            Set<String> present = admin().listTopics(new ListTopicsOptions().timeoutMs(timeoutMillis))
                    .names()
                    .get(2L * timeoutMillis, TimeUnit.MILLISECONDS);
            List<String> absent =
                    topics.stream().filter(topic -> !present.contains(topic)).toList();
            return absent.isEmpty()
                    ? Optional.empty()
                    : Optional.of("topics are missing: " + String.join(", ", absent));
        } catch (ExecutionException failed) {
            return Optional.of(silence(failed.getCause()));
        } catch (TimeoutException | KafkaException failed) {
            return Optional.of(silence(failed));
        }
    }

    private static String silence(Throwable cause) {
        return "it does not answer (" + cause.getMessage() + ")";
    }

    /** Made at the first look: a name that does not resolve must not stop the service from starting. */
    private Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    bootstrapServers,
                    AdminClientConfig.CLIENT_ID_CONFIG,
                    "finemesh-scheduler-watch",
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    timeoutMillis,
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    timeoutMillis));
        }
        return admin;
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
