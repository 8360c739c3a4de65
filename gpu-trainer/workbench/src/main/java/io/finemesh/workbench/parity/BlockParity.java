package io.finemesh.workbench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.badam.ActiveBlock;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.plan.blocks.BlockOrder;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** BAdam over a few layers of bf16 weights, as the reference visits them: its first visit has one step less than the others. */
final class BlockParity {
    private static final Pattern LAYER = Pattern.compile(".*?layers\\.(\\d+)\\.(.+)");
    private static final Pattern SHAPE = Pattern.compile("W0\\((\\d+),\\s*(\\d+)\\)");
    private static final Pattern AFTER = Pattern.compile("W_bf16_after_(\\d+)_steps");
    private static final double MASTER_TOLERANCE = 2e-6;
    /** One unit in the last of bf16's eight bits, of the binade an expected number is in. */
    private static final double ONE_UNIT = 1.0 / (1 << 7);

    private static final int FLOAT_BITS_BELOW = 1 << 16;
    private static final int LARGEST_SIDE = 1024;
    private static final int MOST_STEPS = 100_000;

    private final String key;
    private final JsonNode expected;
    private final List<String> names = new ArrayList<>();
    private final List<UpdateBench> layers = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    BlockParity(String key, JsonNode expected) {
        this.key = key;
        this.expected = expected;
    }

    List<Finding> run() {
        expected.path("names").forEach(name -> names.add(name.asText()));
        build();
        JsonNode betas = expected.path("betas");
        AdamHyperparameters adam = new AdamHyperparameters(
                betas.isArray() ? ExpectedNumbers.number(betas.get(0), "betas[0]") : 0.9,
                betas.isArray() ? ExpectedNumbers.number(betas.get(1), "betas[1]") : 0.999,
                expected.has("eps") ? ExpectedNumbers.number(expected.get("eps"), "eps") : 1e-8,
                expected.has("wd_effective") ? ExpectedNumbers.number(expected.get("wd_effective"), "wd_effective") : 0,
                AdamHyperparameters.Decay.ALL);
        double rate = ExpectedNumbers.number(expected.get("lr"), "lr");
        int interval = ExpectedNumbers.integer(expected.get("K"), "K", 1, MOST_STEPS);
        List<Integer> trace = trace();
        List<Integer> visited = new ArrayList<>();
        ActiveBlock active = null;
        int entered = -1;
        try {
            for (int step = 0; step < trace.size(); step++) {
                int visit = visit(step, interval);
                int layer = layer(visit, trace.get(step));
                visited.add(layer);
                if (entered != visit) {
                    if (active != null) {
                        active.close();
                    }
                    active = ActiveBlock.enter(
                            "layer." + layer, layers.get(layer).groups(), adam);
                    entered = visit;
                }
                layers.get(layer).step(active, step, rate);
                weightsAfter(step + 1, trace.size());
            }
            findings.add(Finding.of(
                    key + " blocks",
                    visited.equals(trace) ? Finding.Status.AGREES : Finding.Status.DIFFERS,
                    visited.equals(trace) ? "all " + trace.size() + " steps" : "visited " + visited));
            masters(active);
        } finally {
            if (active != null) {
                active.close();
            }
            layers.forEach(UpdateBench::close);
        }
        return findings;
    }

    /** Parameter k starts at the closed form times 1 + 0.1 k; all vectors have the same length, all matrices the same shape. */
    private void build() {
        Matcher shapes = SHAPE.matcher(expected.path("init").asText());
        int[] extents = {4, 4, 1, 4};
        for (int i = 0; i < 2 && shapes.find(); i++) {
            extents[2 * i] = ExpectedNumbers.integer(number(shapes.group(1)), "rows in init", 1, LARGEST_SIDE);
            extents[2 * i + 1] = ExpectedNumbers.integer(number(shapes.group(2)), "columns in init", 1, LARGEST_SIDE);
        }
        Map<Integer, List<UpdateBench.Parameter>> byLayer = new LinkedHashMap<>();
        for (int k = 0; k < names.size(); k++) {
            Matcher matcher = LAYER.matcher(names.get(k));
            if (!matcher.matches()) {
                throw new ParityException("names: found " + names.get(k) + "; expected names with layers.NUMBER.");
            }
            TensorRole role = role(matcher.group(2));
            boolean matrix = role == TensorRole.DOWN;
            byLayer.computeIfAbsent(Integer.parseInt(matcher.group(1)), _ -> new ArrayList<>())
                    .add(new UpdateBench.Parameter(
                            names.get(k),
                            role,
                            matrix ? extents[0] : extents[2],
                            matrix ? extents[1] : extents[3],
                            1 + 0.1 * k));
        }
        if (byLayer.isEmpty() || !byLayer.keySet().equals(consecutive(byLayer.size()))) {
            throw new ParityException("names: layers " + byLayer.keySet() + "; expected them numbered from 0");
        }
        byLayer.forEach((layer, parameters) -> layers.add(new UpdateBench(layer, parameters, Precision.BF16)));
    }

    private static JsonNode number(String digits) {
        return IntNode.valueOf(Integer.parseInt(digits));
    }

    private static Set<Integer> consecutive(int count) {
        Set<Integer> numbers = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    private static TensorRole role(String rest) {
        if (rest.contains("norm")) {
            return TensorRole.INPUT_NORM;
        }
        return rest.contains("bias") ? TensorRole.DOWN_BIAS : TensorRole.DOWN;
    }

    private List<Integer> trace() {
        List<Integer> trace = new ArrayList<>();
        for (JsonNode block : expected.path("active_block_per_step")) {
            trace.add(ExpectedNumbers.integer(block, "active_block_per_step", 0, layers.size() - 1));
        }
        if (trace.isEmpty()) {
            throw new ParityException("active_block_per_step is missing; it says how many steps there are");
        }
        return trace;
    }

    private static int visit(int step, int interval) {
        int first = Math.max(1, interval - 1);
        return step < first ? 0 : 1 + (step - first) / interval;
    }

    /** The random order of the reference comes from a global generator, so that it is read from the file. */
    private int layer(int visit, int inFile) {
        String mode = expected.path("mode").asText("ascending").toUpperCase(Locale.ROOT);
        return switch (mode) {
            case "ASCENDING", "DESCENDING", "FIXED" ->
                BlockOrder.valueOf(mode).blockAt(visit, layers.size(), BlockOrder.NATURAL_START, 0);
            case "RANDOM" -> inFile;
            default ->
                throw new ParityException("mode: found " + mode.toLowerCase(Locale.ROOT)
                        + "; understood are ascending, descending, fixed and random");
        };
    }

    private void weightsAfter(int steps, int all) {
        for (Map.Entry<String, JsonNode> field : expected.properties()) {
            Matcher after = AFTER.matcher(field.getKey());
            boolean now = after.matches() && after.group(1).equals(Integer.toString(steps))
                    || steps == all && field.getKey().equals("W_bf16_final");
            if (now) {
                Deviation deviation = new Deviation(key + " " + field.getKey());
                for (int k = 0; k < names.size(); k++) {
                    double[] wanted = MatrixParity.flat(field.getValue().get(k));
                    double[] found = bench(k).values(names.get(k));
                    for (int i = 0; i < wanted.length; i++) {
                        double unit = (double) Math.ulp((float) wanted[i]) * FLOAT_BITS_BELOW;
                        deviation.compare(names.get(k) + "[" + i + "]", found[i], wanted[i], unit / ONE_UNIT);
                    }
                }
                findings.add(Finding.of(deviation, ONE_UNIT));
            }
        }
    }

    private UpdateBench bench(int parameter) {
        Matcher matcher = LAYER.matcher(names.get(parameter));
        if (!matcher.matches()) {
            throw new ParityException("names: " + names.get(parameter));
        }
        return layers.get(Integer.parseInt(matcher.group(1)));
    }

    /** The 32-bit masters of the block that is active at the end. */
    private void masters(ActiveBlock active) {
        JsonNode wanted = expected.path("active_hp_fp32_final");
        if (wanted.isMissingNode()) {
            return;
        }
        Deviation deviation = new Deviation(key + " active_hp_fp32_final");
        List<TensorData> state = active.export();
        int next = 0;
        for (String name : names) {
            for (TensorData tensor : state) {
                if (tensor.name().equals("master." + name)) {
                    double[] found = UpdateBench.doubles(tensor.bytes().toArray(ValueLayout.JAVA_FLOAT));
                    MatrixParity.compare(deviation, name, found, MatrixParity.flat(wanted.get(next++)));
                }
            }
        }
        findings.add(Finding.of(deviation, MASTER_TOLERANCE));
    }
}
