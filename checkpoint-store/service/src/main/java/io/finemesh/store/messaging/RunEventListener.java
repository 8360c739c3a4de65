package io.finemesh.store.messaging;

import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.store.commit.CommitPolicy;
import io.finemesh.store.model.ModelNames;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.publication.PublicationException;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.storage.StorageException;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Gives the last checkpoint of a completed run the model name that its specification asked for. While storage or broker are away the
 * record waits unacknowledged, and is delivered again if the process ends meanwhile; every other event is acknowledged at once. A record
 * that comes again changes nothing, also when the name means something newer by then.
 */
@ApplicationScoped
public class RunEventListener {
    /** Channel of run events. */
    public static final String CHANNEL = "run-events";

    private static final Logger LOG = Logger.getLogger(RunEventListener.class);

    private final ModelNames names;
    private final ImportAnnouncer announcer;
    private final CommitPolicy policy;
    private final RecordDecoder records = new RecordDecoder();

    /** One at a time, so that of two runs with one name the one that completed later has it. */
    private final ExecutorService naming =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("naming").factory());

    RunEventListener(ModelNames names, ImportAnnouncer announcer, CommitPolicy policy) {
        this.names = names;
        this.announcer = announcer;
        this.policy = policy;
    }

    /** Takes one record. */
    @Incoming(CHANNEL)
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> on(Message<byte[]> message) {
        Envelope<RunEvent> envelope;
        try {
            envelope = records.decode(Topics.RUN_EVENTS, message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warnf("to the dead-letter topic: %s", unreadable.getMessage());
            return message.nack(unreadable);
        }
        if (envelope.body() instanceof RunCompleted completed
                && completed.outputName().isPresent()) {
            try {
                naming.execute(() -> settle(message, completed, envelope));
            } catch (RejectedExecutionException stopping) {
                LOG.debugf("the service stops; the record is delivered again after the next start: %s", stopping);
            }
            return CompletableFuture.completedFuture(null);
        }
        return message.ack();
    }

    void stop(@Observes ShutdownEvent stopping) {
        naming.shutdownNow();
    }

    private void settle(Message<byte[]> message, RunCompleted completed, Envelope<RunEvent> envelope) {
        try {
            if (nameUntilDone(completed.outputName().orElseThrow(), completed, envelope)) {
                heard(message.ack(), completed);
            }
        } catch (RuntimeException unforeseen) {
            LOG.errorf(unforeseen, "to the dead-letter topic: naming the result of run %s failed", completed.runId());
            heard(message.nack(unforeseen), completed);
        }
    }

    /** Whether it is settled; false if the process ends first. */
    private boolean nameUntilDone(String name, RunCompleted completed, Envelope<RunEvent> envelope) {
        for (int failures = 1; ; failures++) {
            Duration pause = policy.pauseAfter(failures);
            try {
                NumberedKey key = names.pointOnce(name, completed.checkpoint());
                announcer.announce(key, envelope.traceparent());
                LOG.infof("model %s is %s, the result of run %s", name, completed.checkpoint(), completed.runId());
                return true;
            } catch (RefusalException refused) {
                LOG.warnf("%s stays without the name %s: %s", completed.checkpoint(), name, refused.getMessage());
                return true;
            } catch (StorageException | PublicationException away) {
                LOG.warnf(
                        "%s does not have the name %s yet, trying again in %d ms: %s",
                        completed.checkpoint(), name, pause.toMillis(), away.getMessage());
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    private static void heard(CompletionStage<Void> answer, RunCompleted completed) {
        answer.whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warnf(
                        "the record that run %s completed could not be acknowledged and may come again: %s",
                        completed.runId(), failure.getMessage());
            }
        });
    }
}
