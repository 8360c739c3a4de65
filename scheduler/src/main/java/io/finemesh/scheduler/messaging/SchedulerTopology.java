package io.finemesh.scheduler.messaging;

import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.Topics;
import io.finemesh.scheduler.lifecycle.RunLifecycle;
import io.finemesh.scheduler.placement.Placement;
import io.finemesh.scheduler.promotion.Promotions;
import io.finemesh.scheduler.trace.RunSpans;
import io.finemesh.scheduler.trigger.Triggers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * Sub-topologies that talk through topics: the lifecycle, with a task for each partition of runs, placement, with one task for the one pool of
 * trainers, and the triggers of policies with the promotion of what they make, with one task that counts what all runs use.
 *
 * <p>Values are read as bytes and decoded in the first processor: what cannot be read becomes a dead letter in the same transaction as
 * everything else.
 */
public final class SchedulerTopology {
    /** What the lifecycle reads. */
    static final List<Topic<?>> LIFECYCLE_INPUTS = List.of(
            Topics.RUN_COMMANDS,
            Topics.TRAINING_EVENTS,
            Topics.CHECKPOINTS,
            Topics.EVALUATION_EVENTS,
            Topics.PLACEMENT_EVENTS);

    /** What the lifecycle says. */
    static final List<Topic<?>> LIFECYCLE_OUTPUTS =
            List.of(Topics.RUN_EVENTS, Topics.RUN_STATE, Topics.PLACEMENT_REQUESTS, Topics.EVALUATION_COMMANDS);

    /** What placement reads. */
    static final List<Topic<?>> PLACEMENT_INPUTS = List.of(Topics.PLACEMENT_REQUESTS, Topics.TRAINERS);

    /** What placement says. */
    static final List<Topic<?>> PLACEMENT_OUTPUTS = List.of(Topics.TRAINING_COMMANDS, Topics.PLACEMENT_EVENTS);

    /** What the triggers are told of runs: by what the lifecycle reads too, and by where runs stand. */
    static final List<Topic<?>> RELAYED = List.of(Topics.TRAINING_EVENTS, Topics.EVALUATION_EVENTS, Topics.RUN_STATE);

    /** What the triggers read. */
    static final List<Topic<?>> TRIGGER_INPUTS =
            List.of(Topics.POLICIES, Topics.DATASETS, Topics.TRIGGER_COMMANDS, Topics.TRIGGER_SIGNALS, Topics.REGISTRY);

    /** What the triggers say. */
    static final List<Topic<?>> TRIGGER_OUTPUTS = List.of(Topics.TRIGGER_FIRES);

    /** What promotion is told of runs and scores: by what the lifecycle reads too, and by where runs stand. */
    static final List<Topic<?>> RELAYED_TO_PROMOTION =
            List.of(Topics.RUN_COMMANDS, Topics.EVALUATION_EVENTS, Topics.RUN_STATE);

    /** What promotion reads beside the policies, which the triggers read too. */
    static final List<Topic<?>> PROMOTION_INPUTS = List.of(Topics.PROMOTION_SIGNALS, Topics.REGISTRY_COMMANDS);

    /** What promotion says. */
    static final List<Topic<?>> PROMOTION_OUTPUTS = List.of(Topics.REGISTRY, Topics.EVALUATION_COMMANDS);

    /** Begins the names of promotion's sinks: the lifecycle says to evaluators too. */
    static final String PROMOTION = "promotion ";

    private SchedulerTopology() {}

    /**
     * The topology. Its state is on disk, so that a scheduler that comes back over its directory is recognised and need not wait for its former
     * self to time out.
     *
     * @param watchInterval how often the passing of time is looked at
     * @param spans of the decisions that frame a run
     */
    public static Topology of(RunLifecycle lifecycle, Placement placement, Duration watchInterval, RunSpans spans) {
        return of(lifecycle, placement, watchInterval, spans, Stores::persistentKeyValueStore);
    }

    static Topology of(
            RunLifecycle lifecycle,
            Placement placement,
            Duration watchInterval,
            RunSpans spans,
            Function<String, KeyValueBytesStoreSupplier> stores) {
        Topology topology = new Topology();
        wire(
                topology,
                stores,
                "lifecycle",
                () -> new LifecycleShell(lifecycle, watchInterval, spans),
                LifecycleShell.STORE,
                LIFECYCLE_INPUTS,
                LIFECYCLE_OUTPUTS);
        wire(
                topology,
                stores,
                "placement",
                () -> new PlacementShell(placement, watchInterval),
                PlacementShell.STORE,
                PLACEMENT_INPUTS,
                PLACEMENT_OUTPUTS);
        relay(topology);
        wire(
                topology,
                stores,
                "triggers",
                () -> new TriggerShell(new Triggers(), watchInterval),
                TriggerShell.STORE,
                TRIGGER_INPUTS,
                TRIGGER_OUTPUTS);
        promotion(topology, stores);
        return topology;
    }

    /** Promotion stands in the triggers' task, since both read the policies and a topic has one source. */
    private static void promotion(Topology topology, Function<String, KeyValueBytesStoreSupplier> stores) {
        PROMOTION_INPUTS.forEach(input -> source(topology, input));
        topology.addProcessor(
                "promotion",
                () -> new PromotionShell(new Promotions()),
                Stream.concat(PROMOTION_INPUTS.stream(), Stream.of(Topics.POLICIES))
                        .map(SchedulerTopology::source)
                        .toArray(String[]::new));
        topology.addStateStore(
                Stores.keyValueStoreBuilder(stores.apply(PromotionShell.STORE), Serdes.String(), Serdes.ByteArray())
                        .withLoggingEnabled(Map.of()),
                "promotion");
        PROMOTION_OUTPUTS.forEach(output -> addSink(topology, PROMOTION + sink(output), output.name(), "promotion"));
        PROMOTION_INPUTS.forEach(
                input -> addSink(topology, deadLetterSink(input.name()), input.deadLetterName(), "promotion"));
    }

    /** The relay stands beside the lifecycle, in the task of each partition of runs, since a topic has one source. */
    private static void relay(Topology topology) {
        source(topology, Topics.RUN_STATE);
        topology.addProcessor(
                "relay",
                TriggerRelay::new,
                RELAYED.stream().map(SchedulerTopology::source).toArray(String[]::new));
        addSink(topology, sink(Topics.TRIGGER_SIGNALS), Topics.TRIGGER_SIGNALS.name(), "relay");
        topology.addProcessor(
                "promotion relay",
                PromotionRelay::new,
                RELAYED_TO_PROMOTION.stream().map(SchedulerTopology::source).toArray(String[]::new));
        addSink(topology, sink(Topics.PROMOTION_SIGNALS), Topics.PROMOTION_SIGNALS.name(), "promotion relay");
    }

    /** Every topic that has to be there before the scheduler can start. */
    public static List<String> topics() {
        return Stream.concat(
                        Stream.of(LIFECYCLE_INPUTS, PLACEMENT_INPUTS, TRIGGER_INPUTS, PROMOTION_INPUTS)
                                .flatMap(List::stream)
                                .flatMap(topic -> Stream.of(topic.name(), topic.deadLetterName())),
                        Stream.of(LIFECYCLE_OUTPUTS, PLACEMENT_OUTPUTS, TRIGGER_OUTPUTS, PROMOTION_OUTPUTS)
                                .flatMap(List::stream)
                                .map(Topic::name))
                .distinct()
                .sorted()
                .toList();
    }

    static String sink(Topic<?> topic) {
        return "to " + topic.name();
    }

    static String deadLetterSink(String topic) {
        return "dead letters of " + topic;
    }

    private static String source(Topic<?> topic) {
        return "from " + topic.name();
    }

    private static void source(Topology topology, Topic<?> topic) {
        topology.addSource(source(topic), new StringDeserializer(), new ByteArrayDeserializer(), topic.name());
    }

    private static void wire(
            Topology topology,
            Function<String, KeyValueBytesStoreSupplier> stores,
            String name,
            ProcessorSupplier<String, byte[], String, byte[]> processor,
            String store,
            List<Topic<?>> inputs,
            List<Topic<?>> outputs) {
        for (Topic<?> input : inputs) {
            source(topology, input);
        }
        topology.addProcessor(
                name, processor, inputs.stream().map(SchedulerTopology::source).toArray(String[]::new));
        topology.addStateStore(
                Stores.keyValueStoreBuilder(stores.apply(store), Serdes.String(), Serdes.ByteArray())
                        .withLoggingEnabled(Map.of()),
                name);
        for (Topic<?> output : outputs) {
            addSink(topology, sink(output), output.name(), name);
        }
        for (Topic<?> input : inputs) {
            addSink(topology, deadLetterSink(input.name()), input.deadLetterName(), name);
        }
    }

    private static void addSink(Topology topology, String name, String topic, String parent) {
        topology.addSink(name, topic, new StringSerializer(), new ByteArraySerializer(), parent);
    }
}
