package io.finemesh.workbench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.galore.ProjectionSide;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.train.Method;
import io.finemesh.plan.blocks.BlockOrder;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.BlockVisits;
import io.finemesh.plan.schedule.SegmentPlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a curve was trained, from the {@code hyper} object of an expected file.
 *
 * @param method which parameters are trained at a time, and how
 * @param segments visits of blocks, or one segment for the whole run
 * @param learningRate the same at every step
 * @param steps optimizer steps
 * @param maxGradientNorm infinite for no clipping
 */
record CurveSettings(Method method, SegmentPlan segments, double learningRate, int steps, double maxGradientNorm) {
    private static final Pattern MODE = Pattern.compile("(\\w+)(?:\\s*,?\\s*start\\s*:?\\s*(-?\\d+))?.*");
    private static final Map<String, BlockOrder> ORDERS =
            Map.of("ascending", BlockOrder.ASCENDING, "descending", BlockOrder.DESCENDING, "fixed", BlockOrder.FIXED);

    private static final List<String> SIDES = List.of("std", "reverse_std", "left", "right", "full");

    /**
     * Reads the settings of a curve.
     *
     * @param kind what follows {@code loss_} in the curve's field: a method, or a method and a word for the variant
     * @param losses number of losses expected
     * @return empty if no method of this version has the name
     * @throws ParityException if the method is there and its settings are not understood
     */
    static Optional<CurveSettings> of(String kind, JsonNode hyper, ModelStructure structure, int losses) {
        String method = kind.split("[_-]")[0].toLowerCase(Locale.ROOT);
        return switch (method) {
            case "adamw" -> Optional.of(adamw(Settings.of(hyper, kind, method), losses));
            case "badam" -> Optional.of(badam(Settings.of(hyper, kind, method), structure, losses));
            case "galore" -> Optional.of(galore(Settings.of(hyper, kind, method), losses));
            default -> Optional.empty();
        };
    }

    private static CurveSettings adamw(Settings settings, int losses) {
        AdamHyperparameters adam = adam(settings, 1e-8);
        int steps = steps(settings, losses);
        return finished(settings, new Method.AdamW(adam), SegmentPlan.ofWindows(steps, steps), steps);
    }

    private static CurveSettings galore(Settings settings, int losses) {
        AdamHyperparameters adam = adam(settings, 1e-6);
        int steps = steps(settings, losses);
        String side = settings.text("proj_type", "std");
        if (SIDES.stream().noneMatch(side::equalsIgnoreCase)) {
            throw settings.problem("proj_type", side, String.join(", ", SIDES));
        }
        String projected = settings.text("projected", "attn or mlp");
        if (!projected.contains("attn") || !projected.contains("mlp")) {
            throw settings.problem("projected", projected, "matrices whose name has attn or mlp");
        }
        String signs = settings.text("sign_rule", "largest");
        if (!signs.startsWith("largest")) {
            throw settings.problem("sign_rule", signs, "the largest entry of each singular vector is positive");
        }
        GaloreSettings galore = GaloreSettings.reference(
                        settings.integer("rank", 128),
                        settings.integer("update_proj_gap", 50),
                        settings.number("scale", 1))
                .withSide(ProjectionSide.valueOf(side.toUpperCase(Locale.ROOT)));
        return finished(
                settings,
                new Method.GaLore(adam, galore, WeightRounding.MASTER),
                SegmentPlan.ofWindows(steps, steps),
                steps);
    }

    private static CurveSettings badam(Settings settings, ModelStructure structure, int losses) {
        AdamHyperparameters adam = adam(settings, 1e-8);
        int steps = steps(settings, losses);
        String mode = settings.text("mode", "ascending");
        Matcher matcher = MODE.matcher(mode);
        BlockOrder order = matcher.matches() ? ORDERS.get(matcher.group(1).toLowerCase(Locale.ROOT)) : null;
        if (order == null) {
            throw settings.problem("mode", mode, "ascending, descending or fixed, followed by \"start\" and a block");
        }
        int start = matcher.group(2) == null
                ? settings.integer("start", BlockOrder.NATURAL_START)
                : Integer.parseInt(matcher.group(2));
        String first = settings.text("first_block_steps", "K");
        if (!first.matches("K(\\s*-\\s*1)?\\b.*")) {
            throw settings.problem("first_block_steps", first, "K or K-1");
        }
        String trained = settings.text("trained", "decoder layers only").toLowerCase(Locale.ROOT);
        boolean layersOnly = trained.startsWith("decoder layers only");
        if (!trained.contains("layer")) {
            throw settings.problem("trained", trained, "decoder layers, with embedding and head if they are named");
        }
        BlockVisits visits = new BlockVisits(
                BlockPartition.layers(
                        structure, !layersOnly && trained.contains("embed"), !layersOnly && trained.contains("head")),
                order,
                start,
                settings.integer("K", 100),
                first.matches("K\\s*-\\s*1\\b.*"),
                0,
                steps);
        return finished(settings, new Method.BAdam(adam), SegmentPlan.ofVisits(visits), steps);
    }

    private static AdamHyperparameters adam(Settings settings, double epsilon) {
        double[] betas = settings.betas();
        Settings.Decay decay = settings.decay();
        return new AdamHyperparameters(
                betas[0],
                betas[1],
                settings.number("eps", epsilon),
                decay.rate(),
                decay.matricesOnly() ? AdamHyperparameters.Decay.MATRICES : AdamHyperparameters.Decay.ALL);
    }

    private static int steps(Settings settings, int losses) {
        int steps = settings.integer("steps", losses - 1);
        if (steps < 1 || losses != steps && losses != steps + 1) {
            throw settings.problem(
                    "steps", Integer.toString(steps), "as many steps as there are losses, " + losses + ", or one less");
        }
        return steps;
    }

    private static CurveSettings finished(Settings settings, Method method, SegmentPlan segments, int steps) {
        double clip = settings.number("max_grad_norm", 0);
        double rate = settings.required("lr");
        settings.requireAllRead();
        return new CurveSettings(method, segments, rate, steps, clip > 0 ? clip : Double.POSITIVE_INFINITY);
    }
}
