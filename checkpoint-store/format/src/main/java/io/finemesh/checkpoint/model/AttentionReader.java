package io.finemesh.checkpoint.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.model.ModelFamily.BiasRule;
import io.finemesh.checkpoint.model.ModelFamily.WindowRule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Reads what each layer's attention reaches, how its scores are scaled, and which projections have biases. */
final class AttentionReader {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final int DEFAULT_PATTERN = 6;

    private final ConfigurationFields fields;
    private final ModelFamily family;

    AttentionReader(ConfigurationFields fields, ModelFamily family) {
        this.fields = fields;
        this.family = family;
    }

    DecoderParts read(int hidden, int layers, int headDimension, int maxPositions) {
        RopeReader.Ropes ropes = RopeReader.read(fields, family, headDimension, maxPositions);
        List<LayerAttention> attention = windows(layers).stream()
                .map(window -> new LayerAttention(window, window.isPresent() ? ropes.windowed() : ropes.full()))
                .toList();
        return new DecoderParts(
                family.normScale(),
                biases(),
                family.embeddingScaled() ? Math.sqrt(hidden) : 1,
                1 / Math.sqrt(queryScalar(headDimension)),
                softCap("attn_logit_softcapping", family.defaults().attentionSoftCap()),
                softCap("final_logit_softcapping", family.defaults().logitSoftCap()),
                attention);
    }

    private double queryScalar(int headDimension) {
        return family.features().contains("query_pre_attn_scalar")
                ? fields.number(
                        "query_pre_attn_scalar",
                        scalar -> scalar > 0 && scalar <= 1e9,
                        "a number above 0",
                        family.defaults().queryScalar())
                : headDimension;
    }

    private OptionalDouble softCap(String name, OptionalDouble absent) {
        if (!family.features().contains(name) || fields.isNull(name)) {
            return OptionalDouble.empty();
        }
        double cap = fields.number(name, value -> value > 0 && value <= 1e9, "a number above 0, or null for none", 0);
        return fields.has(name) ? OptionalDouble.of(cap) : absent;
    }

    private Set<TensorRole> biases() {
        Set<TensorRole> biases = EnumSet.noneOf(TensorRole.class);
        boolean attention = fields.flag("attention_bias", false);
        boolean mlp = fields.flag("mlp_bias", false);
        if (attention || family.biases() == BiasRule.QUERY_KEY_VALUE) {
            biases.addAll(List.of(TensorRole.QUERY_BIAS, TensorRole.KEY_BIAS, TensorRole.VALUE_BIAS));
        }
        if (attention && family.biases() == BiasRule.AS_CONFIGURED) {
            biases.add(TensorRole.ATTENTION_OUTPUT_BIAS);
        }
        if (mlp) {
            biases.addAll(List.of(TensorRole.GATE_BIAS, TensorRole.UP_BIAS, TensorRole.DOWN_BIAS));
        }
        return biases;
    }

    /** The window of each layer. */
    private List<OptionalInt> windows(int layers) {
        OptionalInt size = size();
        List<Boolean> windowed = windowed(layers, size.isPresent());
        return windowed.stream().map(has -> has ? size : OptionalInt.empty()).toList();
    }

    private OptionalInt size() {
        boolean asked = family.windows() != WindowRule.LAST_LAYERS_IF_ASKED || fields.flag("use_sliding_window", false);
        if (family.windows() == WindowRule.NONE || !asked || fields.isNull("sliding_window")) {
            return OptionalInt.empty();
        }
        int size = fields.integer("sliding_window", 1, ConfigurationReader.MAX_POSITIONS, 0);
        return fields.has("sliding_window") ? OptionalInt.of(Math.max(1, size)) : family.defaultWindow();
    }

    private List<Boolean> windowed(int layers, boolean hasWindow) {
        IntPredicate rule = usual();
        List<Boolean> usual = IntStream.range(0, layers)
                .mapToObj(i -> hasWindow && rule.test(i))
                .toList();
        JsonNode types = fields.value("layer_types");
        if (types == null) {
            return usual;
        }
        List<Boolean> read = new ArrayList<>();
        for (JsonNode type : types) {
            boolean sliding = SLIDING.equals(type.asText());
            if (!sliding && !FULL.equals(type.asText())) {
                fields.problem("layer_types", type.toString(), SLIDING + " or " + FULL);
                return usual;
            }
            read.add(sliding);
        }
        if (!types.isArray() || read.size() != layers && fields.sound("num_hidden_layers")) {
            fields.problem("layer_types", "a list with one entry for each of " + layers + " layers");
            return usual;
        }
        if (read.contains(true) && !hasWindow) {
            fields.problem(
                    "layer_types",
                    FULL + " for every layer: this model has no window (sliding_window, use_sliding_window)");
            return usual;
        }
        if (!family.features().contains("layer_types") && !read.equals(usual)) {
            fields.problem("layer_types", "absent; layers of " + family.modelType() + " models are all alike");
        }
        return read;
    }

    private IntPredicate usual() {
        return switch (family.windows()) {
            case NONE -> i -> false;
            case EVERY_LAYER -> i -> true;
            case LAST_LAYERS_IF_ASKED -> {
                int first = fields.integer("max_window_layers", 0, ConfigurationReader.MAX_LAYERS, 28);
                yield i -> i >= first;
            }
            case ALTERNATING -> i -> i % 2 == 0;
            case ALL_BUT_EVERY_NTH -> {
                int pattern =
                        fields.integer("sliding_window_pattern", 1, ConfigurationReader.MAX_LAYERS, DEFAULT_PATTERN);
                yield i -> (i + 1) % pattern != 0;
            }
        };
    }
}
