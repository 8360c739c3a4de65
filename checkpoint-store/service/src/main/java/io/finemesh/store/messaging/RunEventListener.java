package io.finemesh.store.messaging;

import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunEvent;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.UnreadableRecordException;
import io.finemesh.store.model.ModelNames;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.publication.PublicationException;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.storage.StorageException;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Gives the last checkpoint of a completed run the model name that its specification asked for. Naming again changes nothing, so a record
 * that comes twice is harmless; while storage is away the record waits.
 */
@ApplicationScoped
public class RunEventListener {
    /** Channel of run events. */
    public static final String CHANNEL = "run-events";

    private static final Logger LOG = Logger.getLogger(RunEventListener.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final ModelNames names;
    private final ImportAnnouncer announcer;
    private final EventCodec codec = new EventCodec();

    RunEventListener(ModelNames names, ImportAnnouncer announcer) {
        this.names = names;
        this.announcer = announcer;
    }

    /** Takes one record. */
    @Incoming(CHANNEL)
    @Blocking
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    public CompletionStage<Void> on(Message<byte[]> message) {
        Envelope<RunEvent> envelope;
        try {
            envelope = decode(message);
        } catch (UnreadableRecordException unreadable) {
            LOG.warnf("to the dead-letter topic: %s", unreadable.getMessage());
            return message.nack(unreadable);
        }
        if (envelope.body() instanceof RunCompleted completed) {
            completed.outputName().ifPresent(name -> patiently(name, completed, envelope));
        }
        return message.ack();
    }

    private void patiently(String name, RunCompleted completed, Envelope<RunEvent> envelope) {
        for (Duration pause = FIRST_PAUSE; !Thread.currentThread().isInterrupted(); pause = longer(pause)) {
            try {
                NumberedKey key = names.point(name, completed.checkpoint());
                announcer.announce(key, envelope.traceparent());
                LOG.infof("model %s is %s, the result of run %s", name, completed.checkpoint(), completed.runId());
                return;
            } catch (RefusalException refused) {
                LOG.warnf("%s stays without the name %s: %s", completed.checkpoint(), name, refused.getMessage());
                return;
            } catch (StorageException | PublicationException away) {
                LOG.warnf("naming %s %s again in %s: %s", completed.checkpoint(), name, pause, away.getMessage());
                sleep(pause);
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Envelope<RunEvent> decode(Message<byte[]> message) {
        IncomingKafkaRecordMetadata<?, ?> record = message.getMetadata(IncomingKafkaRecordMetadata.class)
                .orElseThrow(() -> new UnreadableRecordException("a message without the metadata of a record"));
        Headers headers = record.getHeaders() == null ? new RecordHeaders() : record.getHeaders();
        return codec.decode(Topics.RUN_EVENTS, (String) record.getKey(), headers, message.getPayload());
    }
}
