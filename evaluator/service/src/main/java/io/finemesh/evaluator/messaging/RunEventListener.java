package io.finemesh.evaluator.messaging;

import io.finemesh.contract.run.RunCancelled;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.run.RunFailed;
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

/** Hears which runs ended before their time, so that nothing is scored that nobody waits for. */
@ApplicationScoped
public class RunEventListener {
    private static final Logger LOG = Logger.getLogger(RunEventListener.class);
    private final EventCodec codec = new EventCodec();
    private final EvaluationDesk desk;

    public RunEventListener(EvaluationDesk desk) {
        this.desk = desk;
    }

    /** Takes one record. */
    @Incoming("run-events")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> hear(Message<byte[]> message) {
        Envelope<RunEvent> event;
        try {
            event = RecordDecoder.decode(codec, Topics.RUN_EVENTS, message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warn(unreadable.getMessage());
            return message.nack(unreadable);
        }
        if (event.body() instanceof RunCancelled || event.body() instanceof RunFailed) {
            desk.withdraw(event.body().runId());
        }
        return message.ack();
    }
}
