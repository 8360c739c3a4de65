package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A decoder-only language model: its weights in native memory, and the forward computation of each of its parts. Owns the weights until closed.
 *
 * <p>It is not one big forward call: training and generation run it part by part, so that only what a method needs is kept.
 *
 * <p>Shapes: T tokens, R rows, C hidden size, V vocabulary.
 */
public final class Decoder implements AutoCloseable {
    private final ModelConfiguration configuration;
    private final ModelStructure structure;
    private final Precision storage;
    private final boolean quantized;
    private final Map<ParameterGroup, StoredGroup> groups;
    private final DecoderLayer layer;
    private final LayerRules rules;

    private Decoder(
            ModelConfiguration configuration,
            ModelStructure structure,
            Precision storage,
            boolean quantized,
            Map<ParameterGroup, StoredGroup> groups) {
        this.quantized = quantized;
        this.configuration = configuration;
        this.structure = structure;
        this.storage = storage;
        this.groups = groups;
        this.layer = new DecoderLayer(configuration);
        this.rules = new LayerRules(configuration);
    }

    /**
     * Copies the weights into native memory.
     *
     * @param configuration of the model
     * @param source holds the tensors the configuration asks for
     * @param storage how weights are held; wider source tensors are rounded to nearest even
     * @throws WeightsException listing every tensor that is missing, does not fit, or holds values that are not finite
     */
    public static Decoder load(ModelConfiguration configuration, TensorSource source, Precision storage) {
        return load(configuration, source, storage, Optional.empty());
    }

    /**
     * The same, but holds the layers that are not trained as 8-bit integers ({@link QuantizedGroup}). Embedding, final norm and head are held exactly.
     *
     * @param exact groups to be trained first; {@link #holdExactly} changes them
     */
    public static Decoder loadQuantized(
            ModelConfiguration configuration,
            TensorSource source,
            Precision storage,
            Collection<ParameterGroup> exact) {
        return load(configuration, source, storage, Optional.of(exact));
    }

    private static Decoder load(
            ModelConfiguration configuration,
            TensorSource source,
            Precision storage,
            Optional<Collection<ParameterGroup>> exact) {
        ModelStructure structure = ModelStructure.of(configuration);
        List<Problem> problems = structure.check(source);
        if (!problems.isEmpty()) {
            throw new WeightsException(problems);
        }
        Map<ParameterGroup, StoredGroup> groups = new LinkedHashMap<>();
        try {
            for (ParameterGroup group : structure.groups()) {
                GroupLayout layout = GroupLayout.of(group, structure.tensorsOf(group));
                GroupTensors tensors = GroupTensors.read(layout, storage, source, "");
                groups.put(group, tensors);
                tensors.notFinite()
                        .forEach(name -> problems.add(new Problem(
                                name,
                                "values that are not finite numbers",
                                "finite weights; the file is damaged or training diverged before it was saved")));
                if (problems.isEmpty() && exact.isPresent() && quantizes(group, exact.get())) {
                    groups.put(group, QuantizedGroup.of(tensors));
                    tensors.close();
                }
            }
            if (!problems.isEmpty()) {
                throw new WeightsException(problems);
            }
        } catch (RuntimeException e) {
            groups.values().forEach(StoredGroup::close);
            throw e;
        }
        return new Decoder(configuration, structure, storage, exact.isPresent(), groups);
    }

    private static boolean quantizes(ParameterGroup group, Collection<ParameterGroup> exact) {
        return group instanceof ParameterGroup.Layer && !exact.contains(group);
    }

    /**
     * Of a decoder that holds frozen layers as 8-bit integers: makes other layers the exact ones. Layers that were exact are quantized as they are now.
     *
     * @param exact groups to be trained next
     * @param source exact weights of those that are not held exactly at present, such as the checkpoint the run stands at
     * @throws IllegalStateException if the decoder was not loaded with {@link #loadQuantized}
     */
    public void holdExactly(Collection<ParameterGroup> exact, TensorSource source) {
        if (!quantized) {
            throw new IllegalStateException("the decoder holds every layer exactly; load it quantized");
        }
        // Those that leave first: memory for both is not planned.
        groups.replaceAll((group, held) -> {
            if (held instanceof GroupTensors tensors && quantizes(group, exact)) {
                QuantizedGroup codes = QuantizedGroup.of(tensors);
                tensors.close();
                return codes;
            }
            return held;
        });
        groups.replaceAll((group, held) -> {
            if (held instanceof QuantizedGroup codes && exact.contains(group)) {
                GroupTensors tensors = GroupTensors.read(codes.layout(), storage, source, "");
                codes.close();
                return tensors;
            }
            return held;
        });
    }

    /** Whether every one of the groups is held exactly, so that it can be trained. */
    public boolean holdsExactly(Collection<ParameterGroup> wanted) {
        return wanted.stream().allMatch(group -> stored(group) instanceof GroupTensors);
    }

    /** What the model is. */
    public ModelConfiguration configuration() {
        return configuration;
    }

    /** Its tensors and parameter groups. */
    public ModelStructure structure() {
        return structure;
    }

    /** How its weights are held. */
    public Precision storage() {
        return storage;
    }

    /** Bytes of native memory the weights take. */
    public long weightBytes() {
        return groups.values().stream().mapToLong(StoredGroup::bytes).sum();
    }

    /**
     * The weights of a group, to be read or trained in place.
     *
     * @throws IllegalStateException if the group is held as 8-bit integers
     */
    public GroupTensors weights(ParameterGroup group) {
        return switch (stored(group)) {
            case GroupTensors exact -> exact;
            case QuantizedGroup _ ->
                throw new IllegalStateException(
                        group.id()
                                + " is held as 8-bit integers, which can be computed with but not trained or saved; hold it exactly first");
        };
    }

    /** The weights of a group as they are held, to be computed with. */
    public StoredGroup stored(ParameterGroup group) {
        StoredGroup held = groups.get(group);
        if (held == null) {
            throw new IllegalArgumentException("the model has no parameter group " + group.id() + "; it has "
                    + groups.keySet().stream().map(ParameterGroup::id).collect(Collectors.joining(", ")));
        }
        return held;
    }

    /** Copies of a group's tensors, named and shaped as in a weight file, in the storage precision. */
    public List<TensorData> export(ParameterGroup group) {
        return weights(group).export("");
    }

    /** Copies of all tensors. */
    public List<TensorData> export() {
        List<TensorData> tensors = new ArrayList<>();
        groups.keySet().forEach(group -> tensors.addAll(export(group)));
        return List.copyOf(tensors);
    }

    /** The group whose matrix turns hidden states into logits: the head, or the embedding where it is tied. */
    public ParameterGroup headGroup() {
        return configuration.tiedEmbeddings() ? new ParameterGroup.Embedding() : new ParameterGroup.Head();
    }

    /** The slot of that matrix in its group. */
    public WeightSlot headSlot() {
        return configuration.tiedEmbeddings() ? WeightSlot.TOKEN_EMBEDDING : WeightSlot.OUTPUT_HEAD;
    }

    /** Tokens of the longest sequence that can grow by one without its earlier keys turning another way (longrope); else as good as endless. */
    public int longestWithin() {
        return rules.longestWithin();
    }

    /** Prepares a row for the layers; its tensors belong to the innermost scope. */
    public RowInput prepare(PackedRow row) {
        requireReadable(row);
        return RowInput.of(row, new PackedAttention(configuration, rules, row, Optional.empty()));
    }

    /** The same, and the layers will leave their keys and values in the cache, one sequence per document. */
    RowInput prepareCached(PackedRow row, KeyValueCache cache) {
        requireReadable(row);
        return RowInput.of(row, new PackedAttention(configuration, rules, row, Optional.of(cache)));
    }

    /** Prepares one more token for each cached sequence. */
    RowInput prepareStep(int[] tokens, KeyValueCache cache, int[] lengths) {
        requireInVocabulary(tokens);
        Arrays.stream(lengths).forEach(length -> requirePositions(length + 1));
        PackedRow row = PackedRow.unlabelled(
                Arrays.stream(tokens).mapToObj(token -> new int[] {token}).toList());
        return RowInput.of(row, new CachedAttention(configuration, rules, cache, lengths));
    }

    /** Whether some layers are computed with copies of their weights. */
    public boolean widens() {
        return quantized || storage.arithmetic() != storage.scalarType();
    }

    private void requireReadable(PackedRow row) {
        requireInVocabulary(row.tokens());
        for (int document = 0; document < row.documents(); document++) {
            requirePositions(row.length(document));
        }
    }

    private void requirePositions(int length) {
        if (length > configuration.maxPositions()) {
            throw new InputException(
                    InputException.Reason.SEQUENCE_TOO_LONG,
                    "a sequence of " + length + " tokens is longer than the model's " + configuration.maxPositions()
                            + " positions (max_position_embeddings); cut it");
        }
    }

    private void requireInVocabulary(int[] tokens) {
        for (int token : tokens) {
            if (token < 0 || token >= configuration.vocabularySize()) {
                throw new InputException(
                        InputException.Reason.TOKEN_OUTSIDE_VOCABULARY,
                        "token " + token + " is outside the vocabulary of " + configuration.vocabularySize()
                                + "; the data was encoded with another tokenizer");
            }
        }
    }

    /** Hidden states before the first layer, [T, C]. */
    public Tensor embed(Tensor tokens) {
        Tensor table = weights(new ParameterGroup.Embedding()).get(WeightSlot.TOKEN_EMBEDDING);
        try (TensorScope scope = TensorScope.open("embedding")) {
            return scope.keep(scaledEmbedding(torch.embedding(table, tokens).to(torch.ScalarType.Float)));
        }
    }

    /** What the first layer gets for embeddings, or the slope of the embeddings for the slope of that. @param embeddings [T, C] */
    public Tensor scaledEmbedding(Tensor embeddings) {
        double scale = configuration.parts().embeddingScale();
        return scale == 1 ? embeddings : embeddings.mul(new Scalar(scale));
    }

    /**
     * Gradient of the token embedding. The row of the padding token gets none, as in transformers, whose embeddings are made with
     * {@code padding_idx}.
     *
     * @param tokens [T]
     * @param slope of what the first layer got, [T, C]
     * @return [V, C]
     */
    public Tensor embeddingGradient(Tensor tokens, Tensor slope) {
        return torch.embedding_dense_backward(
                scaledEmbedding(slope),
                tokens,
                configuration.vocabularySize(),
                configuration.padTokenId().orElse(-1),
                false);
    }

    /**
     * The same of some rows only; nothing the size of the vocabulary is formed.
     *
     * @param first row
     * @param rows r
     * @return [r, C]
     */
    public Tensor embeddingGradient(Tensor tokens, Tensor slope, long first, long rows) {
        Tensor outside = tokens.lt(new Scalar(first)).logical_or(tokens.ge(new Scalar(first + rows)));
        if (configuration.padTokenId().isPresent()) {
            outside = outside.logical_or(
                    tokens.eq(new Scalar(configuration.padTokenId().getAsInt())));
        }
        // One row more takes what is outside, and gets no gradient either.
        Tensor local = tokens.sub(new Scalar(first)).masked_fill(outside, new Scalar(rows));
        return torch.embedding_dense_backward(scaledEmbedding(slope), local, rows + 1, rows, false)
                .narrow(0, 0, rows);
    }

    /**
     * Runs one layer.
     *
     * @param index of the layer
     * @param weights {@code stored(group).computed()}, or leaves of a graph with the same values
     * @param hidden [T, C]
     * @param wantedRows [R] rows whose output is needed, or null for all
     */
    public Tensor layer(int index, SlotTensors weights, Tensor hidden, RowInput input, Tensor wantedRows) {
        return layer.forward(index, weights, hidden, input.attention(), wantedRows);
    }

    /** The norm after the last layer. @param hidden [R, C] */
    public Tensor finalNorm(Tensor hidden, Tensor weight) {
        return layer.norm(hidden, weight);
    }

    /** Weight of the final norm as 32-bit floats, [C]. */
    public Tensor finalNormWeight() {
        return weights(new ParameterGroup.FinalNorm()).widened().get(WeightSlot.FINAL_NORM);
    }

    /** The output matrix as 32-bit floats, [V, C]. */
    public Tensor headWeight() {
        return weights(headGroup()).widened().get(headSlot());
    }

    /**
     * Logits, capped where the model caps them.
     *
     * @param normed [R, C] states after the final norm
     * @param head [V, C]
     * @return [R, V]
     */
    public Tensor logits(Tensor normed, Tensor head) {
        if (logitSoftCap().isEmpty()) {
            return torch.linear(normed, head);
        }
        double cap = logitSoftCap().getAsDouble();
        try (TensorScope scope = TensorScope.open("capped logits")) {
            // In place but for the last: a graph keeps what tanh gave.
            return scope.keep(
                    torch.linear(normed, head).mul_(new Scalar(1 / cap)).tanh_().mul(new Scalar(cap)));
        }
    }

    /** c of {@code c * tanh(logit / c)}. */
    public OptionalDouble logitSoftCap() {
        return configuration.parts().logitSoftCap();
    }

    /**
     * Logits at the wanted tokens of a row, without a graph.
     *
     * @param wantedTokens indices into the row
     * @return [R, V] in C order
     */
    public float[][] logits(PackedRow row, int... wantedTokens) {
        try (TensorScope _ = TensorScope.open("logits");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor wanted = TensorBytes.indices(wantedTokens);
            Tensor hidden = forward(prepare(row), wanted);
            float[] flat = TensorBytes.floats(logits(finalNorm(hidden, finalNormWeight()), headWeight()));
            float[][] rows = new float[wantedTokens.length][configuration.vocabularySize()];
            for (int r = 0; r < rows.length; r++) {
                System.arraycopy(flat, r * rows[r].length, rows[r], 0, rows[r].length);
            }
            return rows;
        }
    }

    /**
     * Hidden states after the last layer, without a graph; the result belongs to the innermost scope.
     *
     * @param wantedRows [R] tokens whose state is needed, or null for all
     */
    public Tensor forward(RowInput input, Tensor wantedRows) {
        Backend.multiplyFor(storage);
        try (NoGradGuard _ = new NoGradGuard()) {
            return forward(input, embed(input.tokens()), 0, configuration.layerCount(), wantedRows);
        }
    }

    /** Runs the layers {@code from} (inclusive) to {@code to} (exclusive), freeing each one's intermediates before the next. */
    public Tensor forward(RowInput input, Tensor hidden, int from, int to, Tensor wantedRows) {
        Tensor state = hidden;
        for (int i = from; i < to; i++) {
            try (TensorScope scope = TensorScope.open("layer " + i)) {
                boolean last = i == configuration.layerCount() - 1;
                SlotTensors weights = stored(new ParameterGroup.Layer(i)).computed();
                state = scope.keep(layer(i, weights, state, input, last ? wantedRows : null));
            }
        }
        return state;
    }

    @Override
    public void close() {
        groups.values().forEach(StoredGroup::close);
    }
}
