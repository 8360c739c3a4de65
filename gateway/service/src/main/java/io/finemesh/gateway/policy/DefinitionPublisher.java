package io.finemesh.gateway.policy;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topic;
import io.finemesh.gateway.messaging.BrokerUnavailableException;
import io.finemesh.gateway.messaging.CommandPublisher;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Says what people set, and answers for the broker when it is away. */
@ApplicationScoped
public class DefinitionPublisher {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final CommandPublisher publisher;
    private final Clock clock;
    private final RandomGenerator random;

    /** Sends with this publisher. */
    public DefinitionPublisher(CommandPublisher publisher, Clock clock, RandomGenerator random) {
        this.publisher = publisher;
        this.clock = clock;
        this.random = random;
    }

    /** An identity nobody has. */
    EventId identity() {
        return new EventId(new UUID(random.nextLong(), random.nextLong()).toString());
    }

    /**
     * Says something new and waits until it is safe.
     *
     * @throws ProblemException when the broker does not take it
     */
    <T extends Message> void say(Topic<? super T> topic, String key, T body) {
        say(topic, key, identity(), body);
    }

    <T extends Message> void say(Topic<? super T> topic, String key, EventId id, T body) {
        try {
            publisher.send(topic, Envelope.starting(id, "/gateway", key, clock.instant(), Optional.empty(), body));
        } catch (BrokerUnavailableException lost) {
            throw ProblemException.later(
                    ProblemType.KAFKA_UNAVAILABLE,
                    lost.getMessage() + "; try again in a few seconds, asking twice is harmless",
                    RETRY_AFTER,
                    lost);
        }
    }
}
