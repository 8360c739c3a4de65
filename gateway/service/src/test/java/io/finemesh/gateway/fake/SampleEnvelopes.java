package io.finemesh.gateway.fake;

import io.finemesh.contract.Message;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.contract.wire.EventCodec;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Source;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/** Occurrences as records. */
final class SampleEnvelopes {
    private SampleEnvelopes() {}

    static Topic<? extends Message> topic(Source source) {
        return switch (source) {
            case COMMANDS -> Topics.RUN_COMMANDS;
            case RUN_EVENTS -> Topics.RUN_EVENTS;
            case RUN_STATE -> Topics.RUN_STATE;
            case TRAINING -> Topics.TRAINING_EVENTS;
            case STEPS -> Topics.STEPS;
            case CHECKPOINTS -> Topics.CHECKPOINTS;
            case EVALUATIONS -> Topics.EVALUATION_EVENTS;
            case TRAINERS -> Topics.TRAINERS;
            case DATASETS -> Topics.DATASETS;
            case REQUESTS -> Topics.EVALUATION_REQUESTS;
            case REGISTRY -> Topics.REGISTRY;
            case REGISTRY_COMMANDS -> Topics.REGISTRY_COMMANDS;
            case WEBHOOKS -> Topics.WEBHOOKS;
            case POLICIES -> Topics.POLICIES;
            case CONNECTORS -> Topics.CONNECTORS;
            case TRIGGER_COMMANDS -> Topics.TRIGGER_COMMANDS;
            case FIRES -> Topics.TRIGGER_FIRES;
        };
    }

    static String key(Occurrence occurrence) {
        return MeshView.runOf(occurrence.body()).orElseThrow().value();
    }

    static Headers headers(EventCodec codec, Occurrence occurrence) {
        return headers(codec, topic(occurrence.source()), occurrence);
    }

    private static <T extends Message> Headers headers(EventCodec codec, Topic<T> topic, Occurrence occurrence) {
        String key = key(occurrence);
        return codec.headers(
                topic,
                new Envelope<>(
                        occurrence.id(),
                        "/test",
                        key,
                        occurrence.time(),
                        Optional.empty(),
                        Optional.of(key),
                        Optional.empty(),
                        topic.type().cast(occurrence.body())));
    }
}
