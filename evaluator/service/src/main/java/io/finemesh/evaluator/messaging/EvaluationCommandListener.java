package io.finemesh.evaluator.messaging;

import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.evaluator.evaluation.EvaluationDesk;
import io.finemesh.evaluator.evaluation.EvaluationJob;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Hears which checkpoints are to be scored. A record is acknowledged when its result has been said; one that cannot be read goes to the
 * dead-letter topic and the channel goes on.
 */
@ApplicationScoped
public class EvaluationCommandListener {
    private static final Logger LOG = Logger.getLogger(EvaluationCommandListener.class);
    private final EventCodec codec = new EventCodec();
    private final EvaluationDesk desk;

    public EvaluationCommandListener(EvaluationDesk desk) {
        this.desk = desk;
    }

    /** Takes one record. */
    @Incoming("evaluation-commands")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> hear(Message<byte[]> message) {
        Envelope<EvaluateCheckpoint> command;
        try {
            command = RecordDecoder.decode(codec, Topics.EVALUATION_COMMANDS, message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warn(unreadable.getMessage());
            return message.nack(unreadable);
        }
        return desk.accept(command, EvaluationJob.of(command.body())).thenCompose(done -> message.ack());
    }
}
