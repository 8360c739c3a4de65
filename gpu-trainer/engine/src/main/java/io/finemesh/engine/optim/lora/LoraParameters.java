package io.finemesh.engine.optim.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.SlotTensors;
import io.finemesh.engine.model.StoredGroup;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.GradientForm;
import io.finemesh.engine.optim.InvalidMethodException;
import io.finemesh.engine.optim.OptimizerStep;
import io.finemesh.engine.optim.Traversal;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.precision.StochasticRounding;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * LoRA (Hu and others, arXiv 2106.09685): adapters of low rank beside frozen linear maps, the baseline both articles compare with. The stored weights do not
 * change; {@link #changed} gives what they would be with the adapters in them, {@link #adapter} the adapters for PEFT.
 */
public final class LoraParameters implements ActiveParameters {
    private final String id;
    private final LoraSettings settings;
    private final long seed;
    private final AdamHyperparameters adam;
    private final Map<ParameterGroup, Map<WeightSlot, List<Adapter>>> adapters = new LinkedHashMap<>();
    private final Map<ParameterGroup, GroupTensors> stored = new LinkedHashMap<>();
    private long updates;

    private LoraParameters(
            String id,
            List<GroupTensors> trained,
            LoraSettings settings,
            AdamHyperparameters adam,
            long seed,
            Optional<TensorSource> saved,
            long updates) {
        check(trained.stream().map(GroupTensors::layout).toList(), settings);
        this.id = id;
        this.settings = settings;
        this.seed = seed;
        this.adam = adam;
        this.updates = updates;
        for (GroupTensors group : trained) {
            Map<WeightSlot, List<Adapter>> bySlot = new EnumMap<>(WeightSlot.class);
            for (GroupLayout.Entry entry : group.layout().entries()) {
                for (GroupLayout.Part part : entry.parts()) {
                    if (adapts(group.layout(), entry, part, settings)) {
                        long key = StochasticRounding.key(seed, 0, part.name());
                        bySlot.computeIfAbsent(entry.slot(), _ -> new ArrayList<>())
                                .add(new Adapter(part, settings.rank(), adam, key, saved, updates));
                    }
                }
            }
            if (!bySlot.isEmpty()) {
                adapters.put(group.layout().group(), bySlot);
                stored.put(group.layout().group(), group);
            }
        }
    }

    /**
     * Begins training without a past.
     *
     * @param id what is active, for reports and states
     * @param trained stored weights of the groups that may get adapters; they stay the caller's, and as they are
     * @param seed of the adapters' first values
     * @throws InvalidMethodException if a target is no module of a layer, or the rank fits none
     */
    public static LoraParameters enter(
            String id, List<GroupTensors> trained, LoraSettings settings, AdamHyperparameters adam, long seed) {
        return new LoraParameters(id, trained, settings, adam, seed, Optional.empty(), 0);
    }

    /**
     * Goes on where a training state left off.
     *
     * @param saved as {@link #export} wrote it
     * @param updates made so far
     */
    public static LoraParameters resume(
            String id,
            List<GroupTensors> trained,
            LoraSettings settings,
            AdamHyperparameters adam,
            long seed,
            TensorSource saved,
            long updates) {
        return new LoraParameters(id, trained, settings, adam, seed, Optional.of(saved), updates);
    }

    /**
     * Refuses targets the layers do not have, and a rank larger than a side.
     *
     * @throws InvalidMethodException with everything that is wrong
     */
    public static void check(List<GroupLayout> layouts, LoraSettings settings) {
        Set<String> modules = new TreeSet<>();
        List<Problem> problems = new ArrayList<>();
        for (GroupLayout layout : layouts) {
            for (GroupLayout.Entry entry : layout.entries()) {
                for (GroupLayout.Part part : entry.parts()) {
                    if (!linear(layout, entry)) {
                        continue;
                    }
                    modules.add(Adapter.module(part.name()));
                    long most = Math.min(part.shape().get(0), part.shape().get(1));
                    if (adapts(layout, entry, part, settings) && settings.rank() > most) {
                        problems.add(new Problem(
                                "lora_rank",
                                settings.rank() + " for " + part.name() + ", whose smaller side is " + most,
                                "1 to " + most));
                    }
                }
            }
        }
        for (String target : settings.sortedTargets()) {
            if (!target.equals(LoraSettings.ALL) && !modules.contains(target)) {
                problems.add(new Problem("lora_target", target, "all, or of " + String.join(", ", modules)));
            }
        }
        InvalidMethodException.throwIfAny("LoRA", problems);
    }

    private static boolean linear(GroupLayout layout, GroupLayout.Entry entry) {
        return layout.group() instanceof ParameterGroup.Layer && entry.slot().isMatrix();
    }

    private static boolean adapts(
            GroupLayout layout, GroupLayout.Entry entry, GroupLayout.Part part, LoraSettings settings) {
        return linear(layout, entry) && settings.adapts(Adapter.module(part.name()));
    }

    private Stream<Adapter> all() {
        return adapters.values().stream()
                .flatMap(bySlot -> bySlot.values().stream())
                .flatMap(List::stream);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<ParameterGroup> groups() {
        return List.copyOf(adapters.keySet());
    }

    @Override
    public OptimizerStep begin(long step) {
        return new Step(step);
    }

    @Override
    public long updates() {
        return updates;
    }

    @Override
    public List<TensorData> export() {
        // What an adapter was trained with belongs to it wherever it is taken.
        Stream<TensorData> facts = Stream.of(fact("lora_alpha", settings.alpha()));
        if (settings.dropout() > 0) {
            facts = Stream.concat(facts, Stream.of(fact("lora_dropout", settings.dropout())));
        }
        return Stream.concat(facts, all().flatMap(adapter -> adapter.export().stream()))
                .toList();
    }

    private static TensorData fact(String name, double value) {
        return new TensorData(name, Dtype.F32, List.of(1L), MemorySegment.ofArray(new float[] {(float) value}));
    }

    /** The adapters as PEFT's {@code adapter_model.safetensors} names them. */
    public List<TensorData> adapter() {
        return all().flatMap(adapter -> adapter.peft().stream()).toList();
    }

    /**
     * PEFT's {@code adapter_config.json}.
     *
     * @param baseModel name or path of the model the adapters belong to
     */
    public String adapterConfiguration(String baseModel) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("peft_type", "LORA");
        fields.put("task_type", "CAUSAL_LM");
        fields.put("base_model_name_or_path", baseModel);
        fields.put("r", settings.rank());
        fields.put(
                "lora_alpha",
                settings.alpha() == Math.rint(settings.alpha()) ? (Object) (long) settings.alpha() : settings.alpha());
        fields.put("lora_dropout", settings.dropout());
        fields.put("bias", "none");
        fields.put("fan_in_fan_out", false);
        fields.put("inference_mode", true);
        fields.put(
                "target_modules",
                all().map(adapter -> Adapter.module(adapter.name()))
                        .distinct()
                        .sorted()
                        .collect(Collectors.toList()));
        try {
            return new ObjectMapper().writeValueAsString(fields);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("settings have no JSON form", impossible);
        }
    }

    /** A group's tensors with the adapters in them, W + s B A, rounded to nearest in the stored precision. The stored ones stay as they are. */
    @Override
    public List<TensorData> changed(GroupTensors group) {
        Map<WeightSlot, List<Adapter>> bySlot =
                adapters.getOrDefault(group.layout().group(), Map.of());
        try (GroupTensors copy = GroupTensors.zeros(group.layout(), group.precision());
                TensorScope _ = TensorScope.open("merged weights");
                NoGradGuard _ = new NoGradGuard()) {
            copy.copyFrom(group);
            bySlot.forEach((slot, ofSlot) -> ofSlot.forEach(adapter -> {
                try (TensorScope _ = TensorScope.open("merged adapter")) {
                    Tensor rows = copy.get(slot).narrow(0, adapter.firstRow(), adapter.rows());
                    rows.copy_(rows.to(ScalarType.Float).add(adapter.product(settings.scaling())));
                }
            }));
            return copy.export("");
        }
    }

    @Override
    public long bytes() {
        return all().mapToLong(Adapter::bytes).sum();
    }

    @Override
    public void close() {
        all().forEach(Adapter::close);
    }

    private final class Step implements OptimizerStep {
        private final long number;
        private int row;

        private Step(long number) {
            this.number = number;
        }

        @Override
        public void enter(int entered) {
            row = entered;
        }

        /** What an adapter gets of its layer's input, in the innermost scope. */
        private Tensor dropped(Adapter adapter, Tensor input) {
            return DropoutMask.apply(input, settings.dropout(), DropoutMask.key(seed, number, row, adapter.name()));
        }

        @Override
        public Traversal traversal() {
            return Traversal.ROWS;
        }

        @Override
        public boolean wants(ParameterGroup group) {
            return adapters.containsKey(group);
        }

        @Override
        public GradientForm form(ParameterGroup group, WeightSlot slot) {
            return adapters.getOrDefault(group, Map.of()).containsKey(slot) ? GradientForm.FACTORS : GradientForm.NONE;
        }

        @Override
        public SlotTensors weights(StoredGroup group) {
            SlotTensors frozen = group.computed();
            Map<WeightSlot, List<Adapter>> bySlot = adapters.get(group.layout().group());
            if (bySlot == null) {
                return frozen;
            }
            return new SlotTensors() {
                @Override
                public Tensor get(WeightSlot slot) {
                    return frozen.get(slot);
                }

                @Override
                public Tensor mapped(WeightSlot slot, Tensor input, Tensor output) {
                    List<Adapter> ofSlot = bySlot.get(slot);
                    if (ofSlot == null) {
                        return output;
                    }
                    try (TensorScope scope = TensorScope.open("adapters of " + slot)) {
                        return scope.keep(output.add(added(ofSlot, input.to(ScalarType.Float), output.size(1))));
                    }
                }
            };
        }

        /** Outputs of a slot's adapters side by side, with zeros where its parts have none. */
        private Tensor added(List<Adapter> ofSlot, Tensor input, long width) {
            TensorVector columns = new TensorVector();
            long next = 0;
            for (Adapter adapter : ofSlot) {
                if (adapter.firstRow() > next) {
                    columns.push_back(zeros(input.size(0), adapter.firstRow() - next));
                }
                columns.push_back(adapter.output(dropped(adapter, input), settings.scaling()));
                next = adapter.firstRow() + adapter.rows();
            }
            if (next < width) {
                columns.push_back(zeros(input.size(0), width - next));
            }
            return torch.cat(columns, 1);
        }

        private static Tensor zeros(long rows, long columns) {
            return torch.zeros(new long[] {rows, columns}, TensorBytes.options(ScalarType.Float));
        }

        @Override
        public void add(ParameterGroup group, WeightSlot slot, Tensor gradient) {
            throw new IllegalStateException("adapters take factors, not the gradient of " + slot);
        }

        @Override
        public void addFactors(ParameterGroup group, WeightSlot slot, Tensor input, Tensor slope) {
            for (Adapter adapter : adapters.get(group).get(slot)) {
                try (TensorScope _ = TensorScope.open("factors of " + slot);
                        NoGradGuard _ = new NoGradGuard()) {
                    adapter.add(dropped(adapter, input), slope, settings.scaling());
                }
            }
        }

        @Override
        public void complete(ParameterGroup group) {}

        @Override
        public double norm() {
            return Math.sqrt(all().mapToDouble(Adapter::normSquared).sum());
        }

        @Override
        public void update(double learningRate, double gradientScale) {
            all().forEach(adapter -> adapter.update(learningRate, gradientScale, adam.weightDecay()));
            updates++;
        }

        @Override
        public void close() {
            all().forEach(Adapter::discard);
        }
    }
}
