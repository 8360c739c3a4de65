package io.finemesh.evaluator.health;

import io.smallrye.mutiny.TimeoutException;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready while no other service takes its topics. Kafka knows a service by its name and gives it a new membership when another one of that name has joined; the two then take the topics from each other, each time with a new membership.
 * One that changes twice within a minute is such a one: a broker that was away changes it once at most.
 */
@Readiness
@ApplicationScoped
public class ChannelsHeld implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(ChannelsHeld.class);
    private static final Duration MEMORY = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int CHANGES = 2;
    private static final List<String> CHANNELS = List.of("evaluation-commands", "run-events");

    private final Supplier<Map<String, String>> memberships;
    private final Clock clock;
    private final Map<String, String> last = new HashMap<>();
    private final Map<String, Deque<Instant>> changes = new HashMap<>();

    @Inject
    ChannelsHeld(KafkaClientService kafka) {
        this(() -> memberships(kafka), Clock.systemUTC());
    }

    /** @param memberships what Kafka calls this service now, by channel */
    ChannelsHeld(Supplier<Map<String, String>> memberships, Clock clock) {
        this.memberships = memberships;
        this.clock = clock;
    }

    /** A channel that does not say within a moment, such as one that joins, is asked another time. */
    private static Map<String, String> memberships(KafkaClientService kafka) {
        Map<String, String> members = new HashMap<>();
        for (String channel : CHANNELS) {
            KafkaConsumer<Object, Object> consumer = kafka.getConsumer(channel);
            if (consumer != null) {
                try {
                    consumer.consumerGroupMetadata()
                            .onFailure()
                            .recoverWithNull()
                            .await()
                            .asOptional()
                            .atMost(PATIENCE)
                            .map(group -> group.memberId())
                            .filter(member -> !member.isEmpty())
                            .ifPresent(member -> members.put(channel, member));
                } catch (TimeoutException busy) {
                    LOG.debugf("%s does not say its membership within %s", channel, PATIENCE);
                }
            }
        }
        return members;
    }

    @Override
    public synchronized HealthCheckResponse call() {
        Instant now = clock.instant();
        memberships.get().forEach((channel, member) -> {
            Optional<String> before = Optional.ofNullable(last.put(channel, member));
            if (before.isPresent() && !before.get().equals(member)) {
                changes.computeIfAbsent(channel, _ -> new ArrayDeque<>()).add(now);
            }
        });
        HealthCheckResponseBuilder response = HealthCheckResponse.named("channels");
        boolean held = true;
        for (var entry : changes.entrySet()) {
            Deque<Instant> at = entry.getValue();
            while (!at.isEmpty() && at.getFirst().isBefore(now.minus(MEMORY))) {
                at.removeFirst();
            }
            if (at.size() >= CHANGES) {
                held = false;
                response.withData(
                        entry.getKey(),
                        "another service has the same id (finemesh.evaluator.id), and the two take the channel from each other; stop one of them or give it an id of its own");
            }
        }
        return response.status(held).build();
    }
}
