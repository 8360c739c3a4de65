package io.finemesh.evaluator.messaging;

import io.finemesh.contract.evaluation.EvaluateCheckpoint;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.WireNames;
import io.finemesh.evaluator.config.EvaluatorConfig;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.apache.kafka.common.header.Headers;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** Says what became of an evaluation; returns when the broker has it. The same command gives the same event ids. */
@ApplicationScoped
public class EvaluationEventPublisher {
    private final MutinyEmitter<byte[]> emitter;
    private final EventCodec codec = new EventCodec();
    private final Clock clock;
    private final String source;

    public EvaluationEventPublisher(
            @Channel("evaluation-events") MutinyEmitter<byte[]> emitter, Clock clock, EvaluatorConfig config) {
        this.emitter = emitter;
        this.clock = clock;
        this.source = "/evaluator/" + config.id();
    }

    /** Says one event caused by a command. */
    public void publish(Envelope<EvaluateCheckpoint> cause, EvaluationEvent event) {
        Envelope<EvaluationEvent> envelope = Envelope.causedBy(
                cause,
                EventId.derived(cause.id(), WireNames.of(event.getClass()), 0),
                source,
                event.runId().value(),
                clock.instant(),
                event);
        Headers headers = codec.headers(Topics.EVALUATION_EVENTS, envelope);
        emitter.sendMessageAndAwait(Message.of(
                codec.value(event),
                Metadata.of(OutgoingKafkaRecordMetadata.<String>builder()
                        .withKey(envelope.key())
                        .withHeaders(headers)
                        .build())));
    }
}
