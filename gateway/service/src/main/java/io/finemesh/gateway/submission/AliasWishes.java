package io.finemesh.gateway.submission;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.registry.RegistryCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.admission.AliasReader;
import io.finemesh.gateway.admission.FieldProblem;
import io.finemesh.gateway.messaging.BrokerUnavailableException;
import io.finemesh.gateway.messaging.CommandPublisher;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.view.Source;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Tells the scheduler what people want of aliases. */
@ApplicationScoped
public class AliasWishes {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final ReferenceResolution references;
    private final CommandPublisher commands;
    private final Clock clock;
    private final RandomGenerator random;

    /** Wires what it needs. */
    public AliasWishes(ReferenceResolution references, CommandPublisher commands, Clock clock, RandomGenerator random) {
        this.references = references;
        this.commands = commands;
        this.clock = clock;
        this.random = random;
    }

    /** What a name stands for now. */
    public CheckpointId checkpoint(String name) {
        List<FieldProblem> problems = new ArrayList<>();
        Optional<CheckpointId> checkpoint = references.checkpoint("/checkpoint", name, problems);
        if (checkpoint.isEmpty()) {
            throw ProblemException.of(
                    ProblemType.UNKNOWN_CHECKPOINT,
                    problems.getFirst().message(),
                    problems.stream().map(ProblemDetail::of).toList());
        }
        return checkpoint.get();
    }

    /** Identity of a request: the key it came with, or one that nobody has. */
    public String request(Optional<String> idempotencyKey) {
        return idempotencyKey.orElseGet(() -> new UUID(random.nextLong(), random.nextLong()).toString());
    }

    /** Who wants it, as far as that is said. */
    public static String by(AliasReader.Wish wish) {
        return wish.by().orElse("somebody through the gateway");
    }

    /** Why, as far as that is said. */
    public static String reason(AliasReader.Wish wish) {
        return wish.reason().orElse("no reason given");
    }

    /**
     * Sends a command and waits until it is safe.
     *
     * @throws ProblemException when the broker does not take it
     */
    public void tell(RegistryCommand command) {
        try {
            commands.send(
                    Topics.REGISTRY_COMMANDS,
                    Source.REGISTRY_COMMANDS,
                    Envelope.starting(
                            new EventId(new UUID(random.nextLong(), random.nextLong()).toString()),
                            "/gateway",
                            command.subject(),
                            clock.instant(),
                            Optional.empty(),
                            command));
        } catch (BrokerUnavailableException lost) {
            throw ProblemException.later(
                    ProblemType.KAFKA_UNAVAILABLE,
                    lost.getMessage() + "; try again in a few seconds, with an Idempotency-Key so that it is done once",
                    RETRY_AFTER,
                    lost);
        }
    }
}
