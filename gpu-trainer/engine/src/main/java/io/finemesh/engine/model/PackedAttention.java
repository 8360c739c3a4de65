package io.finemesh.engine.model;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Attention over a packed row: each document sees only itself.
 *
 * <p>Documents of similar length are attended together, the shorter ones filled up at the end; with a causal mask no real token sees the filling, and
 * what is computed for it is dropped. So the rest of the layer never touches padding, and a row of many short documents costs few calls.
 *
 * <p>Shapes: T tokens, B documents of a group, L tokens of its longest, H heads, K key-value heads, D head dimension.
 */
final class PackedAttention implements AttentionContext {
    /** A document joins a group if it is at least this part of the group's longest. */
    private static final double LEAST_FILLED = 0.75;

    private final int heads;
    private final int keyValueHeads;
    private final int headDimension;
    private final LayerRules rules;
    private final List<RotaryEmbedding.Angles> angles; // by layer
    private final Optional<KeyValueCache> cache;
    private final Tensor cacheRows; // [T * K] where keys and values go; null without a cache
    private final List<Group> groups = new ArrayList<>();
    private final Tensor unpack; // [T] row of each token among the concatenated groups; null if they are in order

    /** Rows of a group: either from {@code firstRow} on without gaps, or {@code gather} [B * L] names them. */
    private record Group(int documents, int length, int firstRow, Tensor gather, Map<AttentionRule, Planned> plans) {}

    /** How a group is attended under a rule. */
    private record Planned(AttentionKernel kernel, Tensor mask) {}

    /** Plans the attention of one row; the plan's tensors belong to the innermost scope. */
    PackedAttention(ModelConfiguration configuration, LayerRules rules, PackedRow row, Optional<KeyValueCache> cache) {
        this.heads = configuration.attentionHeads();
        this.keyValueHeads = configuration.keyValueHeads();
        this.headDimension = configuration.headDimension();
        this.rules = rules;
        this.angles = rules.angles(row.positions(), row.lengths());
        this.cache = cache;
        this.cacheRows = cache.map(target -> cacheRows(target, row)).orElse(null);
        int[] rowOfToken = new int[row.tokens().length];
        boolean inOrder = true;
        int groupedRows = 0;
        for (List<Integer> members : groupsOf(row)) {
            int length = members.stream().mapToInt(row::length).max().orElseThrow();
            int[] gather = new int[members.size() * length];
            boolean dense = true;
            for (int b = 0; b < members.size(); b++) {
                int start = row.documentStarts()[members.get(b)];
                for (int t = 0; t < length; t++) {
                    boolean real = t < row.length(members.get(b));
                    gather[b * length + t] = real ? start + t : start;
                    if (real) {
                        rowOfToken[start + t] = groupedRows + b * length + t;
                    }
                }
            }
            for (int r = 1; r < gather.length; r++) {
                dense &= gather[r] == gather[r - 1] + 1;
            }
            inOrder &= dense && gather[0] == groupedRows;
            groups.add(new Group(
                    members.size(), length, gather[0], dense ? null : TensorBytes.indices(gather), plans(length)));
            groupedRows += gather.length;
        }
        this.unpack = inOrder ? null : TensorBytes.indices(rowOfToken);
    }

    private static List<List<Integer>> groupsOf(PackedRow row) {
        // Longest first; equal lengths keep their order, so that a row of equal documents needs no gathering.
        List<Integer> byLength = IntStream.range(0, row.documents())
                .boxed()
                .sorted(Comparator.comparingInt(row::length).reversed())
                .toList();
        List<List<Integer>> groups = new ArrayList<>();
        int longest = Integer.MAX_VALUE;
        for (int document : byLength) {
            if (groups.isEmpty() || row.length(document) < LEAST_FILLED * longest) {
                groups.add(new ArrayList<>());
                longest = row.length(document);
            }
            groups.getLast().add(document);
        }
        return groups;
    }

    private Map<AttentionRule, Planned> plans(int length) {
        Map<AttentionRule, Planned> plans = new HashMap<>();
        for (AttentionRule rule : rules.rules()) {
            AttentionKernel kernel = AttentionKernel.forLength(length, rule);
            plans.put(rule, new Planned(kernel, kernel.mask(length, heads / keyValueHeads, rule)));
        }
        return plans;
    }

    private Tensor cacheRows(KeyValueCache target, PackedRow row) {
        int[] positions = row.positions();
        int[] rows = new int[positions.length * keyValueHeads];
        for (int d = 0; d < row.documents(); d++) {
            for (int t = row.documentStarts()[d]; t < row.documentStarts()[d + 1]; t++) {
                for (int k = 0; k < keyValueHeads; k++) {
                    rows[t * keyValueHeads + k] = target.row(d, k, positions[t]);
                }
            }
        }
        return TensorBytes.indices(rows);
    }

    @Override
    public RotaryEmbedding.Angles angles(int layer) {
        return angles.get(layer);
    }

    @Override
    public Tensor attend(int layer, Tensor turned, Tensor values) {
        cache.ifPresent(target -> target.put(layer, cacheRows, turned.narrow(1, heads, keyValueHeads), values));
        List<Tensor> attended = new ArrayList<>();
        AttentionRule rule = rules.rule(layer);
        for (Group group : groups) {
            Planned plan = group.plans().get(rule);
            try (TensorScope scope = TensorScope.open("documents of one length")) {
                attended.add(
                        scope.keep(plan.kernel().attend(rows(turned, group), rows(values, group), plan.mask(), rule)));
            }
        }
        Tensor all = attended.size() == 1
                ? attended.getFirst()
                : torch.cat(new TensorVector(attended.toArray(Tensor[]::new)), 0);
        return unpack == null ? all : all.index_select(0, unpack);
    }

    private Tensor rows(Tensor tokens, Group group) {
        long rows = (long) group.documents() * group.length();
        Tensor selected = group.gather() == null
                ? tokens.narrow(0, group.firstRow(), rows)
                : tokens.index_select(0, group.gather());
        return selected.view(group.documents(), group.length(), tokens.size(1), headDimension);
    }
}
