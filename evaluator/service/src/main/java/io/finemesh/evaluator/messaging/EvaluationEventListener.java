package io.finemesh.evaluator.messaging;

import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.evaluator.evaluation.EvaluationDesk;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** Hears what every evaluator says, itself included: which ranges are answered. An evaluator that is new hears it all. */
@ApplicationScoped
public class EvaluationEventListener {
    private static final Logger LOG = Logger.getLogger(EvaluationEventListener.class);
    private final EventCodec codec = new EventCodec();
    private final EvaluationDesk desk;

    public EvaluationEventListener(EvaluationDesk desk) {
        this.desk = desk;
    }

    /** Takes one record. */
    @Incoming("evaluation-log")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> hear(Message<byte[]> message) {
        Envelope<EvaluationEvent> record;
        try {
            record = RecordDecoder.decode(codec, Topics.EVALUATION_EVENTS, message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warn(unreadable.getMessage());
            return message.nack(unreadable);
        }
        desk.hear(record.body());
        return message.ack();
    }
}
