package io.finemesh.scheduler.promotion;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.policy.PolicyDefined;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything promotion knows.
 *
 * @param policies by name
 * @param aliases by {@code model@alias}
 * @param candidates by run
 * @param asked evaluations that promotion asked for, oldest first, with the checkpoint: what they show is for a comparison and no later evaluation of a holder
 */
public record PromotionBoard(
        Map<String, PolicyDefined> policies,
        Map<String, AliasState> aliases,
        Map<String, Candidate> candidates,
        Map<String, CheckpointId> asked) {
    /** Nothing is known. */
    public static final PromotionBoard EMPTY = new PromotionBoard(Map.of(), Map.of(), Map.of(), Map.of());

    private static final int REMEMBERED = 500;

    public PromotionBoard {
        policies = Collections.unmodifiableMap(new LinkedHashMap<>(policies));
        aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
        candidates = Collections.unmodifiableMap(new LinkedHashMap<>(candidates));
        asked = Collections.unmodifiableMap(new LinkedHashMap<>(asked));
    }

    AliasState alias(String model, String alias) {
        AliasState known = aliases.get(key(model, alias));
        return known == null ? AliasState.none(model, alias) : known;
    }

    static String key(String model, String alias) {
        return model + "@" + alias;
    }

    PromotionBoard with(PolicyDefined policy) {
        return new PromotionBoard(put(policies, policy.name(), policy), aliases, candidates, asked);
    }

    PromotionBoard withoutPolicy(String name) {
        return new PromotionBoard(without(policies, name), aliases, candidates, asked);
    }

    PromotionBoard with(AliasState alias) {
        return new PromotionBoard(policies, put(aliases, key(alias.model(), alias.alias()), alias), candidates, asked);
    }

    PromotionBoard with(Candidate candidate) {
        return new PromotionBoard(
                policies,
                aliases,
                put(candidates, candidate.submission().runId().value(), candidate),
                asked);
    }

    PromotionBoard withoutCandidate(String run) {
        return new PromotionBoard(policies, aliases, without(candidates, run), asked);
    }

    PromotionBoard asking(String evaluation, CheckpointId checkpoint) {
        Map<String, CheckpointId> all = put(asked, evaluation, checkpoint);
        List<String> oldest = all.keySet().stream()
                .limit(Math.max(0, all.size() - REMEMBERED))
                .toList();
        oldest.forEach(all::remove);
        return new PromotionBoard(policies, aliases, candidates, all);
    }

    private static <V> Map<String, V> put(Map<String, V> map, String key, V value) {
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
