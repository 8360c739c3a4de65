package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.Rope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What may differ from layer to layer in attention: its rule and its rotary embedding. Few kinds of layers share what is computed for each row.
 */
final class LayerRules {
    private final List<AttentionRule> rules;
    private final List<Rope> ropes;
    private final Map<Rope, RotaryEmbedding> rotary = new LinkedHashMap<>();

    LayerRules(ModelConfiguration configuration) {
        this.rules = IntStream.range(0, configuration.layerCount())
                .mapToObj(layer -> AttentionRule.of(configuration, layer))
                .toList();
        this.ropes = IntStream.range(0, configuration.layerCount())
                .mapToObj(layer -> configuration.attention(layer).rope())
                .toList();
        ropes.forEach(rope -> rotary.computeIfAbsent(rope, RotaryEmbedding::new));
    }

    /** The rule of a layer. */
    AttentionRule rule(int layer) {
        return rules.get(layer);
    }

    /** The different rules. */
    Set<AttentionRule> rules() {
        return new LinkedHashSet<>(rules);
    }

    /** Tokens of the longest sequence whose angles do not change when it grows by a token. */
    int longestWithin() {
        return rotary.values().stream()
                .mapToInt(RotaryEmbedding::longestWithin)
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /**
     * Angles at positions, by layer; owned by the innermost scope.
     *
     * @param lengths for each position, tokens of the sequence it is in
     */
    List<RotaryEmbedding.Angles> angles(int[] positions, int[] lengths) {
        Map<Rope, RotaryEmbedding.Angles> byRope = new LinkedHashMap<>();
        rotary.forEach((rope, embedding) -> byRope.put(rope, embedding.at(positions, lengths)));
        List<RotaryEmbedding.Angles> byLayer = new ArrayList<>(ropes.size());
        ropes.forEach(rope -> byLayer.add(byRope.get(rope)));
        return byLayer;
    }
}
