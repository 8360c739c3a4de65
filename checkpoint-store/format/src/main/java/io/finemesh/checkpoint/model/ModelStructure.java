package io.finemesh.checkpoint.model;

import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tensors a model of some configuration consists of, from the input side to the output side. */
public final class ModelStructure {
    /** Types that weights may be stored in; anything else is a quantized or damaged file. */
    public static final Set<Dtype> WEIGHT_DTYPES = Set.copyOf(EnumSet.of(Dtype.F32, Dtype.BF16, Dtype.F16));

    private final ModelConfiguration configuration;
    private final Map<ParameterGroup, List<ExpectedTensor>> byGroup = new LinkedHashMap<>();
    private final Map<String, ExpectedTensor> byName = new LinkedHashMap<>();

    private ModelStructure(ModelConfiguration configuration) {
        this.configuration = configuration;
        WeightNames names = configuration.family().names();
        add(names.of(TensorRole.TOKEN_EMBEDDING), TensorRole.TOKEN_EMBEDDING, new ParameterGroup.Embedding());
        for (int layer = 0; layer < configuration.layerCount(); layer++) {
            for (TensorRole role : layerRoles(configuration)) {
                add(names.of(role, layer), role, new ParameterGroup.Layer(layer));
            }
        }
        add(names.of(TensorRole.FINAL_NORM), TensorRole.FINAL_NORM, new ParameterGroup.FinalNorm());
        if (!configuration.tiedEmbeddings()) {
            add(names.of(TensorRole.OUTPUT_HEAD), TensorRole.OUTPUT_HEAD, new ParameterGroup.Head());
        }
    }

    /** Derives the structure. */
    public static ModelStructure of(ModelConfiguration configuration) {
        return new ModelStructure(configuration);
    }

    private void add(String name, TensorRole role, ParameterGroup group) {
        ExpectedTensor tensor = new ExpectedTensor(name, shape(role, configuration), group, role);
        byName.put(name, tensor);
        byGroup.computeIfAbsent(group, absent -> new ArrayList<>()).add(tensor);
    }

    /** The configuration this was derived from. */
    public ModelConfiguration configuration() {
        return configuration;
    }

    /** Every tensor, in the order of {@link #groups} and within a group as the family lists them. */
    public List<ExpectedTensor> tensors() {
        return List.copyOf(byName.values());
    }

    /** The tensors of one group; empty if the model has no such group. */
    public List<ExpectedTensor> tensorsOf(ParameterGroup group) {
        return List.copyOf(byGroup.getOrDefault(group, List.of()));
    }

    /** The expected tensor of this name. */
    public Optional<ExpectedTensor> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Embedding, layers from the input side, final norm, and the head unless tied. */
    public List<ParameterGroup> groups() {
        return List.copyOf(byGroup.keySet());
    }

    /** Trainable numbers in the whole model; a tied head counts once. */
    public long parameterCount() {
        return countParameters(configuration);
    }

    /** Trainable numbers in one group. */
    public long parameterCount(ParameterGroup group) {
        return tensorsOf(group).stream().mapToLong(ExpectedTensor::elementCount).reduce(0, Math::addExact);
    }

    /**
     * Compares weights with the structure: missing and unexpected tensors, other shapes, dtypes outside
     * {@link #WEIGHT_DTYPES}. Empty when they fit.
     */
    public List<Problem> check(TensorSource weights) {
        List<Problem> problems = new ArrayList<>();
        for (ExpectedTensor expected : byName.values()) {
            Optional<TensorInfo> found = weights.find(expected.name());
            if (found.isEmpty()) {
                problems.add(new Problem(expected.name(), "no such tensor", "shape " + expected.shape()));
                continue;
            }
            if (!found.get().shape().equals(expected.shape())) {
                problems.add(new Problem(expected.name(), "shape " + found.get().shape(), "shape " + expected.shape()));
            }
            if (!WEIGHT_DTYPES.contains(found.get().dtype())) {
                problems.add(new Problem(expected.name(), "dtype " + found.get().dtype(), "F32, BF16 or F16"));
            }
        }
        for (TensorInfo tensor : weights.tensors()) {
            if (!byName.containsKey(tensor.name())) {
                problems.add(new Problem(
                        tensor.name(),
                        "a tensor of shape " + tensor.shape(),
                        "only the tensors that config.json implies"));
            }
        }
        return problems;
    }

    /** By arithmetic, without the list, so that it can judge a configuration before anything is allocated for it. */
    static long countParameters(ModelConfiguration configuration) {
        long perLayer = 0;
        for (TensorRole role : layerRoles(configuration)) {
            perLayer = Math.addExact(perLayer, TensorInfo.elementCount(shape(role, configuration)));
        }
        long outside = Math.addExact(
                TensorInfo.elementCount(shape(TensorRole.TOKEN_EMBEDDING, configuration)),
                TensorInfo.elementCount(shape(TensorRole.FINAL_NORM, configuration)));
        if (!configuration.tiedEmbeddings()) {
            outside = Math.addExact(outside, TensorInfo.elementCount(shape(TensorRole.OUTPUT_HEAD, configuration)));
        }
        return Math.addExact(outside, Math.multiplyExact(perLayer, (long) configuration.layerCount()));
    }

    private static List<TensorRole> layerRoles(ModelConfiguration configuration) {
        List<TensorRole> roles = new ArrayList<>();
        for (TensorRole role : configuration.family().layerRoles()) {
            roles.add(role);
            bias(role, configuration).ifPresent(roles::add);
        }
        return roles;
    }

    /** The bias of a projection, where the model has one. */
    private static Optional<TensorRole> bias(TensorRole role, ModelConfiguration configuration) {
        TensorRole bias =
                switch (role) {
                    case QUERY -> TensorRole.QUERY_BIAS;
                    case KEY -> TensorRole.KEY_BIAS;
                    case VALUE -> TensorRole.VALUE_BIAS;
                    case ATTENTION_OUTPUT -> TensorRole.ATTENTION_OUTPUT_BIAS;
                    case GATE -> TensorRole.GATE_BIAS;
                    case UP -> TensorRole.UP_BIAS;
                    case DOWN -> TensorRole.DOWN_BIAS;
                    case TOKEN_EMBEDDING,
                            INPUT_NORM,
                            QUERY_BIAS,
                            KEY_BIAS,
                            VALUE_BIAS,
                            QUERY_KEY_VALUE,
                            QUERY_NORM,
                            KEY_NORM,
                            ATTENTION_OUTPUT_BIAS,
                            ATTENTION_OUTPUT_NORM,
                            POST_ATTENTION_NORM,
                            GATE_BIAS,
                            UP_BIAS,
                            GATE_UP,
                            DOWN_BIAS,
                            MLP_OUTPUT_NORM,
                            FINAL_NORM,
                            OUTPUT_HEAD -> null;
                };
        return Optional.ofNullable(bias).filter(configuration.parts().biases()::contains);
    }

    private static List<Long> shape(TensorRole role, ModelConfiguration c) {
        long hidden = c.hiddenSize();
        long intermediate = c.intermediateSize();
        long queries = (long) c.attentionHeads() * c.headDimension();
        long keys = (long) c.keyValueHeads() * c.headDimension();
        return switch (role) {
            case TOKEN_EMBEDDING, OUTPUT_HEAD -> List.of((long) c.vocabularySize(), hidden);
            case QUERY -> List.of(queries, hidden);
            case QUERY_KEY_VALUE -> List.of(queries + 2 * keys, hidden);
            case QUERY_NORM, KEY_NORM -> List.of((long) c.headDimension());
            case KEY, VALUE -> List.of(keys, hidden);
            case ATTENTION_OUTPUT -> List.of(hidden, queries);
            case GATE, UP -> List.of(intermediate, hidden);
            case GATE_UP -> List.of(2 * intermediate, hidden);
            case DOWN -> List.of(hidden, intermediate);
            case QUERY_BIAS -> List.of(queries);
            case KEY_BIAS, VALUE_BIAS -> List.of(keys);
            case GATE_BIAS, UP_BIAS -> List.of(intermediate);
            case INPUT_NORM,
                    ATTENTION_OUTPUT_NORM,
                    POST_ATTENTION_NORM,
                    MLP_OUTPUT_NORM,
                    FINAL_NORM,
                    ATTENTION_OUTPUT_BIAS,
                    DOWN_BIAS -> List.of(hidden);
        };
    }
}
