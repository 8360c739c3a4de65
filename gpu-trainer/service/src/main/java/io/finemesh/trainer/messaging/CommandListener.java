package io.finemesh.trainer.messaging;

import io.finemesh.contract.training.TrainingCommand;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.trainer.lifecycle.Trainer;
import io.smallrye.reactive.messaging.annotations.Blocking;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Reads commands. A record is acknowledged when the mailbox has the command, long before the work is done: leases, not redelivery,
 * notice a trainer that died. What cannot be read goes to the dead-letter topic with the reason, and reading goes on.
 */
@ApplicationScoped
public class CommandListener {
    private static final Logger LOG = Logger.getLogger(CommandListener.class);

    private final EventCodec codec = new EventCodec();
    private final Trainer trainer;

    CommandListener(Trainer trainer) {
        this.trainer = trainer;
    }

    /** Takes one record; never waits for the device. */
    @Incoming("training-commands")
    @Blocking
    CompletionStage<Void> read(Message<byte[]> message) {
        IncomingKafkaRecordMetadata<?, ?> metadata =
                message.getMetadata(IncomingKafkaRecordMetadata.class).orElseThrow();
        String key = metadata.getKey() instanceof String text ? text : null;
        Envelope<TrainingCommand> command;
        try {
            command = codec.decode(Topics.TRAINING_COMMANDS, key, metadata.getHeaders(), message.getPayload());
        } catch (UnreadableRecordException unreadable) {
            LOG.errorf(
                    "%s; it goes to %s (partition %d, offset %d)",
                    unreadable.getMessage(),
                    Topics.TRAINING_COMMANDS.deadLetterName(),
                    metadata.getPartition(),
                    metadata.getOffset());
            return message.nack(unreadable);
        }
        trainer.accept(command);
        return message.ack();
    }
}
