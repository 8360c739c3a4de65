package io.finemesh.evaluator.messaging;

import io.finemesh.contract.evaluation.CancelEvaluation;
import io.finemesh.contract.evaluation.EvaluationRequest;
import io.finemesh.contract.evaluation.RequestEvaluation;
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

/** Hears what people ask; each request goes to one evaluator. A record is acknowledged when its result has been said. */
@ApplicationScoped
public class RequestListener {
    private static final Logger LOG = Logger.getLogger(RequestListener.class);
    private final EventCodec codec = new EventCodec();
    private final EvaluationDesk desk;

    public RequestListener(EvaluationDesk desk) {
        this.desk = desk;
    }

    /** Takes one record. */
    @Incoming("evaluation-requests")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> hear(Message<byte[]> message) {
        Envelope<EvaluationRequest> record;
        try {
            record = RecordDecoder.decode(codec, Topics.EVALUATION_REQUESTS, message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warn(unreadable.getMessage());
            return message.nack(unreadable);
        }
        return switch (record.body()) {
            case RequestEvaluation request ->
                desk.accept(record, EvaluationJob.of(request)).thenCompose(done -> message.ack());
            // Every evaluator hears of these, on a channel of their own.
            case CancelEvaluation _ -> message.ack();
        };
    }
}
