package io.finemesh.workbench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.ActiveParameters;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.dense.DenseParameters;
import io.finemesh.engine.optim.galore.GaloreParameters;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.galore.MomentTransport;
import io.finemesh.engine.optim.galore.NormKind;
import io.finemesh.engine.optim.galore.ProjectionSide;
import io.finemesh.engine.optim.galore.RefreshMethod;
import io.finemesh.engine.optim.moment.EpsilonPlacement;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Precision;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Updates of one matrix of 32-bit floats: GaLore, its unprojected branch, Fira and AdamW. */
final class MatrixParity {
    /** Relative to the largest expected element of a tensor, or absolute where that is below 1. */
    private static final double TOLERANCE = 2e-6;

    private static final int LARGEST_SIDE = 4096;
    private static final int MOST_STEPS = 100_000;

    private final JsonNode root;

    MatrixParity(JsonNode root) {
        this.root = root;
    }

    /** Hyper-parameters with the defaults of the reference. */
    private record Hyper(double lr, double[] betas, double epsilon, double decay, int steps) {
        static Hyper of(JsonNode node) {
            JsonNode betas = node.path("betas");
            return new Hyper(
                    number(node, "lr", 0.01),
                    new double[] {
                        betas.isArray() ? ExpectedNumbers.number(betas.get(0), "betas[0]") : 0.9,
                        betas.isArray() ? ExpectedNumbers.number(betas.get(1), "betas[1]") : 0.999
                    },
                    number(node, "eps", 1e-6),
                    number(node, "wd", 0),
                    ExpectedNumbers.integer(node.get("steps"), "steps", 1, MOST_STEPS));
        }

        AdamHyperparameters adam() {
            return new AdamHyperparameters(betas[0], betas[1], epsilon, decay, AdamHyperparameters.Decay.ALL);
        }
    }

    private static double number(JsonNode node, String field, double absent) {
        return node.hasNonNull(field) ? ExpectedNumbers.number(node.get(field), field) : absent;
    }

    /** Every entry of a list of GaLore runs. */
    List<Finding> galore(String key, JsonNode runs) {
        List<Finding> findings = new ArrayList<>();
        for (JsonNode run : runs) {
            String side = run.path("proj_type").asText("std");
            findings.add(projected(key + " " + side, run, number(run, "scale", 1), side, false));
        }
        return findings;
    }

    /** Every entry of a list of Fira runs. */
    List<Finding> fira(String key, JsonNode runs) {
        List<Finding> findings = new ArrayList<>();
        for (JsonNode run : runs) {
            String side = run.path("proj_type").asText("std");
            findings.add(projected(key, run, number(run, "alpha", number(run, "scale", 1)), side, true));
        }
        return findings;
    }

    private static Finding projected(String key, JsonNode run, double scale, String side, boolean residual) {
        int rows = ExpectedNumbers.integer(run.get("m"), "m", 1, LARGEST_SIDE);
        int columns = ExpectedNumbers.integer(run.get("n"), "n", 1, LARGEST_SIDE);
        Hyper hyper = Hyper.of(run);
        GaloreSettings settings = GaloreSettings.reference(
                        ExpectedNumbers.integer(run.get("rank"), "rank", 1, LARGEST_SIDE),
                        ExpectedNumbers.integer(run.get("gap"), "gap", 1, Integer.MAX_VALUE),
                        scale)
                .withSide(side(side))
                .withResidual(residual);
        Deviation deviation = new Deviation(key + " " + rows + "x" + columns);
        try (UpdateBench bench = UpdateBench.ofMatrix(rows, columns);
                ActiveParameters active = GaloreParameters.enter(
                        "all", bench.groups(), settings, hyper.adam(), WeightRounding.MASTER, false, 0)) {
            JsonNode norms = run.path("fro_norm_per_step");
            for (int t = 0; t < hyper.steps(); t++) {
                bench.step(active, t, hyper.lr());
                if (norms.has(t)) {
                    double[] expected = {ExpectedNumbers.number(norms.get(t), "fro_norm_per_step")};
                    double norm = Math.sqrt(Arrays.stream(bench.values("w"))
                            .map(value -> value * value)
                            .sum());
                    compare(deviation, "norm after step " + t, new double[] {norm}, expected);
                }
            }
            compare(deviation, "W", bench.values("w"), flat(run.get("W")));
            if (run.has("exp_avg")) {
                compare(deviation, "exp_avg", state(active, "first_moment.w"), flat(run.get("exp_avg")));
            }
            if (run.has("exp_avg_sq")) {
                compare(deviation, "exp_avg_sq", state(active, "second_moment.w"), flat(run.get("exp_avg_sq")));
            }
        }
        return Finding.of(deviation, TOLERANCE);
    }

    private static ProjectionSide side(String name) {
        try {
            return ProjectionSide.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new ParityException("proj_type: found \"" + name + "\"; understood are "
                    + Arrays.toString(ProjectionSide.values()).toLowerCase(Locale.ROOT));
        }
    }

    /** A matrix that GaLore's optimizer trains without projecting it. */
    Finding unprojected(String key, JsonNode expected) {
        GaloreSettings elsewhere = new GaloreSettings(
                1,
                1,
                1,
                ProjectionSide.STD,
                Set.of(WeightSlot.QUERY_KEY_VALUE),
                MomentKind.ADAMW,
                EpsilonPlacement.BEFORE_CORRECTION,
                RefreshMethod.EXACT,
                1,
                false,
                Optional.empty(),
                0,
                MomentTransport.KEPT,
                Precision.FP32,
                false,
                NormKind.PROJECTED);
        Hyper hyper = shared(expected);
        return whole(
                key,
                expected,
                hyper,
                bench -> GaloreParameters.enter(
                        "all", bench.groups(), elsewhere, hyper.adam(), WeightRounding.MASTER, false, 0));
    }

    /** AdamW as in torch. */
    Finding adamw(String key, JsonNode expected) {
        Hyper hyper = shared(expected);
        return whole(
                key,
                expected,
                hyper,
                bench -> DenseParameters.enter(
                        "all", bench.groups(), hyper.adam(), MomentKind.ADAMW, WeightRounding.MASTER, 0));
    }

    /** These keys hold weights only, made with the settings of the first GaLore run, or, where the file has none, of the first such file. */
    private Hyper shared(JsonNode expected) {
        if (expected.isObject()) {
            return Hyper.of(expected);
        }
        JsonNode first = root.path("galore_adamw").path(0);
        return first.isObject() ? Hyper.of(first) : new Hyper(0.01, new double[] {0.9, 0.999}, 1e-6, 0.1, 7);
    }

    private static Finding whole(
            String key, JsonNode expected, Hyper hyper, Function<UpdateBench, ActiveParameters> optimizer) {
        JsonNode matrix = expected.isObject() ? expected.path("W") : expected;
        int rows = matrix.size();
        int columns = matrix.path(0).size();
        if (rows < 1 || columns < 1 || rows > LARGEST_SIDE || columns > LARGEST_SIDE) {
            throw new ParityException("found a matrix of " + rows + " x " + columns + "; expected a list of rows");
        }
        Deviation deviation = new Deviation(key);
        try (UpdateBench bench = UpdateBench.ofMatrix(rows, columns);
                ActiveParameters active = optimizer.apply(bench)) {
            for (int t = 0; t < hyper.steps(); t++) {
                bench.step(active, t, hyper.lr());
            }
            compare(deviation, "W", bench.values("w"), flat(matrix));
        }
        return Finding.of(deviation, TOLERANCE);
    }

    private static double[] state(ActiveParameters active, String name) {
        TensorData tensor = active.export().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ParityException("the optimizer has no " + name));
        return UpdateBench.doubles(tensor.bytes().toArray(ValueLayout.JAVA_FLOAT));
    }

    /** Elements of nested lists in order. */
    static double[] flat(JsonNode node) {
        if (node == null || !node.isArray()) {
            throw new ParityException("found " + node + "; expected a list of numbers or of rows");
        }
        List<Double> values = new ArrayList<>();
        for (JsonNode element : node) {
            if (element.isArray()) {
                Arrays.stream(flat(element)).forEach(values::add);
            } else {
                values.add(ExpectedNumbers.number(element, "an element"));
            }
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Element by element, relative to the largest expected one or to 1. */
    static void compare(Deviation deviation, String name, double[] found, double[] expected) {
        if (found.length != expected.length) {
            throw new ParityException(name + " has " + found.length + " elements, expected are " + expected.length);
        }
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        for (int i = 0; i < expected.length; i++) {
            deviation.compare(name + "[" + i + "]", found[i], expected[i], Math.max(1, largest));
        }
    }
}
