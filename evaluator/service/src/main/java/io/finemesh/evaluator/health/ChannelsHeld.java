package io.finemesh.evaluator.health;

import io.finemesh.contract.wire.Memberships;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** Ready while no other service takes its topics, as {@link Memberships} tells. */
@Readiness
@ApplicationScoped
public class ChannelsHeld implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(ChannelsHeld.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final List<String> CHANNELS = List.of("evaluation-commands", "run-events");

    private final Supplier<Map<String, String>> members;
    private final Clock clock;
    private final Memberships memberships = new Memberships();

    @Inject
    ChannelsHeld(KafkaClientService kafka) {
        this(() -> members(kafka), Clock.systemUTC());
    }

    /** @param members what Kafka calls this service now, by channel */
    ChannelsHeld(Supplier<Map<String, String>> members, Clock clock) {
        this.members = members;
        this.clock = clock;
    }

    /** A channel that does not say within a moment, such as one that joins, is asked another time. */
    private static Map<String, String> members(KafkaClientService kafka) {
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
        Set<String> contested = memberships.contested(members.get(), clock.instant());
        HealthCheckResponseBuilder response = HealthCheckResponse.named("channels");
        contested.forEach(
                channel -> response.withData(
                        channel,
                        "another service takes the channel again and again, most likely one of the same id (finemesh.evaluator.id); stop one of them or give it an id of its own"));
        return response.status(contested.isEmpty()).build();
    }
}
