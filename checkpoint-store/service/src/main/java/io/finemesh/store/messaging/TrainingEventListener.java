package io.finemesh.store.messaging;

import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.TrainingEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.store.commit.CommitQueue;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Hands results of segments to the queue and acknowledges every other event at once. A result is acknowledged when the mesh was told
 * what became of it, so the log itself is the journal of unfinished work; the channel goes on meanwhile, because acknowledgements may
 * come in any order. What cannot be read goes to the dead-letter topic.
 */
@ApplicationScoped
public class TrainingEventListener {
    /** Channel of training events. */
    public static final String CHANNEL = "training-events";

    private static final Logger LOG = Logger.getLogger(TrainingEventListener.class);

    private final CommitQueue queue;
    private final RecordDecoder records = new RecordDecoder();

    TrainingEventListener(CommitQueue queue) {
        this.queue = queue;
    }

    /** Takes one record. */
    @Incoming(CHANNEL)
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> on(Message<byte[]> message) {
        Envelope<TrainingEvent> envelope;
        try {
            envelope = records.decode(Topics.TRAINING_EVENTS, message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warnf("to the dead-letter topic: %s", unreadable.getMessage());
            return message.nack(unreadable);
        }
        if (envelope.body() instanceof SegmentEnded ended) {
            queue.accept(withBody(envelope, ended), () -> acknowledge(message, ended));
            return CompletableFuture.completedFuture(null);
        }
        return message.ack();
    }

    private static Envelope<SegmentEnded> withBody(Envelope<TrainingEvent> envelope, SegmentEnded body) {
        return new Envelope<>(
                envelope.id(),
                envelope.source(),
                envelope.key(),
                envelope.time(),
                envelope.traceparent(),
                envelope.correlation(),
                envelope.causation(),
                body);
    }

    private static void acknowledge(Message<byte[]> message, SegmentEnded ended) {
        message.ack().whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warnf(
                        "segment %d of run %s is dealt with, but its record could not be acknowledged and may come again: %s",
                        ended.segmentIndex(), ended.runId(), failure.getMessage());
            }
        });
    }
}
