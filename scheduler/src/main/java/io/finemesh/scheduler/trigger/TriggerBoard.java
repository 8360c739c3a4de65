package io.finemesh.scheduler.trigger;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.trigger.ScoredFigure;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the triggers know.
 *
 * @param policies by name
 * @param datasets that grow, by name
 * @param aliases which checkpoint holds each alias, by {@code model@alias}
 * @param scores first scores of checkpoints, by checkpoint
 * @param heard outside events and requests of the last day, by identity, so that one that comes again is known
 */
public record TriggerBoard(
        Map<String, PolicyState> policies,
        Map<String, DatasetFacts> datasets,
        Map<String, CheckpointId> aliases,
        Map<String, FirstScores> scores,
        Map<String, Instant> heard) {
    /** Nothing is known. */
    public static final TriggerBoard EMPTY = new TriggerBoard(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    public TriggerBoard {
        policies = Collections.unmodifiableMap(new LinkedHashMap<>(policies));
        datasets = Collections.unmodifiableMap(new LinkedHashMap<>(datasets));
        aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
        scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        heard = Collections.unmodifiableMap(new LinkedHashMap<>(heard));
    }

    /**
     * First scores of a checkpoint.
     *
     * @param at when they were said
     * @param figures the first figure of each task and metric
     * @param newest the evaluation that was heard last
     */
    public record FirstScores(Instant at, List<ScoredFigure> figures, String newest) {
        public FirstScores {
            requireNonNull(at, "at is null");
            figures = List.copyOf(figures);
            requireNonNull(newest, "newest is null");
        }
    }

    /** Key of an alias. */
    static String alias(String model, String alias) {
        return model + "@" + alias;
    }

    /** The checkpoint that holds the alias of a policy. */
    Optional<CheckpointId> champion(PolicyState policy) {
        return Optional.ofNullable(aliases.get(
                alias(policy.definition().model(), policy.definition().alias())));
    }

    TriggerBoard with(PolicyState policy) {
        return new TriggerBoard(put(policies, policy.definition().name(), policy), datasets, aliases, scores, heard);
    }

    TriggerBoard withoutPolicy(String name) {
        return new TriggerBoard(without(policies, name), datasets, aliases, scores, heard);
    }

    TriggerBoard withDataset(String name, DatasetFacts facts) {
        return new TriggerBoard(policies, put(datasets, name, facts), aliases, scores, heard);
    }

    TriggerBoard withAlias(String key, CheckpointId checkpoint) {
        return new TriggerBoard(policies, datasets, put(aliases, key, checkpoint), scores, heard);
    }

    TriggerBoard withScores(Map<String, FirstScores> changed) {
        return new TriggerBoard(policies, datasets, aliases, changed, heard);
    }

    TriggerBoard withHeard(Map<String, Instant> changed) {
        return new TriggerBoard(policies, datasets, aliases, scores, changed);
    }

    static <V> Map<String, V> put(Map<String, V> map, String key, V value) {
        Map<String, V> changed = new LinkedHashMap<>(map);
        changed.put(key, value);
        return changed;
    }

    private static <V> Map<String, V> without(Map<String, V> map, String key) {
        Map<String, V> changed = new LinkedHashMap<>(map);
        changed.remove(key);
        return changed;
    }
}
