package io.finemesh.evaluator.messaging;

import io.finemesh.contract.evaluation.ScoreRange;
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

/** Hears which ranges of questions are to be answered; each range goes to one evaluator. A record is acknowledged when the answers are in object storage and that has been said. */
@ApplicationScoped
public class RangeListener {
    private static final Logger LOG = Logger.getLogger(RangeListener.class);
    private final EventCodec codec = new EventCodec();
    private final EvaluationDesk desk;

    public RangeListener(EvaluationDesk desk) {
        this.desk = desk;
    }

    /** Takes one record. */
    @Incoming("ranges")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> hear(Message<byte[]> message) {
        Envelope<ScoreRange> record;
        try {
            record = RecordDecoder.decode(codec, Topics.EVALUATION_RANGES, message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warn(unreadable.getMessage());
            return message.nack(unreadable);
        }
        return desk.score(record).thenCompose(done -> message.ack());
    }
}
