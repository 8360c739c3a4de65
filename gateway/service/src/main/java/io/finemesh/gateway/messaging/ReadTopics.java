package io.finemesh.gateway.messaging;

import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.gateway.view.Source;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which topics the views are folded from, and what each is called there. */
final class ReadTopics {
    /** Source of each topic by its name. */
    static final Map<String, Source> SOURCES;

    /** The topics by name. */
    static final Map<String, Topic<?>> TOPICS;

    static {
        Map<Topic<?>, Source> sources = new LinkedHashMap<>();
        sources.put(Topics.RUN_COMMANDS, Source.COMMANDS);
        sources.put(Topics.RUN_EVENTS, Source.RUN_EVENTS);
        sources.put(Topics.RUN_STATE, Source.RUN_STATE);
        sources.put(Topics.TRAINING_EVENTS, Source.TRAINING);
        sources.put(Topics.STEPS, Source.STEPS);
        sources.put(Topics.CHECKPOINTS, Source.CHECKPOINTS);
        sources.put(Topics.EVALUATION_EVENTS, Source.EVALUATIONS);
        sources.put(Topics.TRAINERS, Source.TRAINERS);
        sources.put(Topics.DATASETS, Source.DATASETS);
        sources.put(Topics.EVALUATION_REQUESTS, Source.REQUESTS);
        sources.put(Topics.POLICIES, Source.POLICIES);
        sources.put(Topics.CONNECTORS, Source.CONNECTORS);
        sources.put(Topics.TRIGGER_COMMANDS, Source.TRIGGER_COMMANDS);
        sources.put(Topics.TRIGGER_FIRES, Source.FIRES);
        sources.put(Topics.REGISTRY, Source.REGISTRY);
        sources.put(Topics.WEBHOOKS, Source.WEBHOOKS);
        sources.put(Topics.REGISTRY_COMMANDS, Source.REGISTRY_COMMANDS);
        Map<String, Source> byName = new LinkedHashMap<>();
        Map<String, Topic<?>> topics = new LinkedHashMap<>();
        sources.forEach((topic, source) -> {
            byName.put(topic.name(), source);
            topics.put(topic.name(), topic);
        });
        SOURCES = Collections.unmodifiableMap(byName);
        TOPICS = Collections.unmodifiableMap(topics);
    }

    private ReadTopics() {}

    /** Names of the topics that keep what could not be read from these. */
    static List<String> deadLetterNames() {
        return TOPICS.values().stream().map(Topic::deadLetterName).toList();
    }
}
