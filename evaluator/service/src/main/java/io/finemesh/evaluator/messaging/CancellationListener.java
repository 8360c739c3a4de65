package io.finemesh.evaluator.messaging;

import io.finemesh.contract.evaluation.CancelEvaluation;
import io.finemesh.contract.evaluation.EvaluationRequest;
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

/** Hears which evaluations were taken back; every evaluator hears of every one. */
@ApplicationScoped
public class CancellationListener {
    private static final Logger LOG = Logger.getLogger(CancellationListener.class);
    private final EventCodec codec = new EventCodec();
    private final EvaluationDesk desk;

    public CancellationListener(EvaluationDesk desk) {
        this.desk = desk;
    }

    /** Takes one record. */
    @Incoming("cancellations")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> hear(Message<byte[]> message) {
        Envelope<EvaluationRequest> record;
        try {
            record = RecordDecoder.decode(codec, Topics.EVALUATION_REQUESTS, message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warn(unreadable.getMessage());
            return message.nack(unreadable);
        }
        if (record.body() instanceof CancelEvaluation cancel) {
            desk.cancel(cancel.evaluation(), cancel.reason());
        }
        return message.ack();
    }
}
