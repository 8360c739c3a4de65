package io.finemesh.evaluator.messaging;

import io.finemesh.contract.Message;
import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.contract.wire.WireNames;
import io.finemesh.evaluator.config.EvaluatorConfig;
import io.finemesh.evaluator.evaluation.Voice;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** Says what became of an evaluation and asks for ranges; returns when the broker has it. The same command gives the same event ids. */
@ApplicationScoped
public class EvaluationEventPublisher implements Voice {
    private final MutinyEmitter<byte[]> events;
    private final MutinyEmitter<byte[]> ranges;
    private final EventCodec codec = new EventCodec();
    private final Clock clock;
    private final String source;

    public EvaluationEventPublisher(
            @Channel("evaluation-events") MutinyEmitter<byte[]> events,
            @Channel("evaluation-ranges") MutinyEmitter<byte[]> ranges,
            Clock clock,
            EvaluatorConfig config) {
        this.events = events;
        this.ranges = ranges;
        this.clock = clock;
        this.source = "/evaluator/" + config.id();
    }

    @Override
    public void say(Envelope<?> cause, EvaluationEvent event) {
        send(
                events,
                Topics.EVALUATION_EVENTS,
                Envelope.causedBy(
                        cause,
                        EventId.derived(cause.id(), WireNames.of(event.getClass()) + place(event), 0),
                        source,
                        event.subject(),
                        clock.instant(),
                        event));
    }

    /** What tells one thing from another of its kind that the same command brings about. */
    private static String place(EvaluationEvent event) {
        return event instanceof JudgeSpending spending
                ? " " + spending.evaluator() + " " + spending.requests() + " " + spending.tokens()
                : "";
    }

    @Override
    public void ask(Envelope<?> cause, ScoreRange range) {
        send(
                ranges,
                Topics.EVALUATION_RANGES,
                Envelope.causedBy(
                        cause,
                        EventId.derived(cause.id(), "range " + range.key(), 0),
                        source,
                        range.key().value(),
                        clock.instant(),
                        range));
    }

    private <T extends Message> void send(MutinyEmitter<byte[]> emitter, Topic<? super T> topic, Envelope<T> envelope) {
        emitter.sendMessageAndAwait(org.eclipse.microprofile.reactive.messaging.Message.of(
                codec.value(envelope.body()),
                Metadata.of(OutgoingKafkaRecordMetadata.<String>builder()
                        .withKey(envelope.key())
                        .withHeaders(codec.headers(topic, envelope))
                        .build())));
    }
}
