package io.finemesh.gateway.submission;

import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.run.CancelRun;
import io.finemesh.contract.wire.Envelope;
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

/** Asks the scheduler to stop a run. Asking twice is harmless. */
@ApplicationScoped
public class RunCancellation {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final CommandPublisher commands;
    private final Clock clock;
    private final RandomGenerator random;

    /** Sends with this publisher. */
    public RunCancellation(CommandPublisher commands, Clock clock, RandomGenerator random) {
        this.commands = commands;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Sends the command.
     *
     * @throws ProblemException when the broker does not take it
     */
    public void cancel(RunId run, String reason, Optional<String> traceparent) {
        EventId id = new EventId(new UUID(random.nextLong(), random.nextLong()).toString());
        try {
            commands.send(Envelope.starting(
                    id, "/gateway", run.value(), clock.instant(), traceparent, new CancelRun(run, reason)));
        } catch (BrokerUnavailableException lost) {
            throw ProblemException.later(
                    ProblemType.KAFKA_UNAVAILABLE,
                    lost.getMessage() + "; try again in a few seconds, cancelling twice is harmless",
                    RETRY_AFTER,
                    lost);
        }
    }
}
