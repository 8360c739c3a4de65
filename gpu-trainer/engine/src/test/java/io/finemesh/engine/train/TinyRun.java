package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.data.BatchCursor;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.galore.AdaptiveInterval;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.galore.MomentTransport;
import io.finemesh.engine.optim.galore.NormKind;
import io.finemesh.engine.optim.galore.ProjectionSide;
import io.finemesh.engine.optim.galore.RefreshMethod;
import io.finemesh.engine.optim.lomo.LomoRule;
import io.finemesh.engine.optim.lora.LoraSettings;
import io.finemesh.engine.optim.moment.MomentKind;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.text.EncodedText;
import io.finemesh.plan.blocks.BlockOrder;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.BlockVisits;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentPlan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A small run: a tiny model, forty closed-form samples of 6 to 17 tokens, batches of 6 in rows of 48. */
record TinyRun(Method method, Precision precision, int steps) {
    static final ModelConfiguration MODEL = TinyModel.untied();
    static final int SEGMENT_STEPS = 4;
    private static final AdamHyperparameters SETTINGS = AdamHyperparameters.withDecay(0.05);

    static final Map<String, Method> METHODS = methods(SETTINGS);

    static TinyRun adamw(Precision precision, int steps) {
        return new TinyRun(new Method.AdamW(SETTINGS), precision, steps);
    }

    static TinyRun badam(Precision precision, int steps) {
        return new TinyRun(new Method.BAdam(SETTINGS), precision, steps);
    }

    /** A method by a name of its own, in all its forms. */
    static TinyRun named(String name, Precision precision, int steps) {
        return new TinyRun(METHODS.get(name), precision, steps);
    }

    /** All methods with the given optimizer inside. */
    static Map<String, Method> methods(AdamHyperparameters settings) {
        GaloreSettings galore = GaloreSettings.reference(4, 5, 0.25);
        Map<String, Method> methods = new LinkedHashMap<>();
        methods.put("adamw", new Method.AdamW(settings));
        methods.put("adamw-8bit", new Method.AdamW(settings, MomentKind.ADAMW_8BIT, WeightRounding.STOCHASTIC));
        methods.put("adamw-stochastic", new Method.AdamW(settings, MomentKind.ADAMW, WeightRounding.STOCHASTIC));
        methods.put("adamw-kahan", new Method.AdamW(settings, MomentKind.ADAMW, WeightRounding.KAHAN));
        methods.put("badam", new Method.BAdam(settings));
        methods.put("galore", galore(settings, galore));
        methods.put("galore-8bit", galore(settings, galore.withMoments(MomentKind.ADAMW_8BIT)));
        methods.put("galore-adafactor", galore(settings, galore.withMoments(MomentKind.ADAFACTOR)));
        methods.put("galore-full", galore(settings, galore.withSide(ProjectionSide.FULL)));
        methods.put(
                "galore-randomised",
                galore(
                        settings,
                        galore.withRefresh(RefreshMethod.RANDOMISED, 1, true)
                                .withAdaptive(new AdaptiveInterval(0.9, 0.5, 2, 20))
                                .withTransport(MomentTransport.ROTATED, 3)
                                .withBasis(Precision.BF16, NormKind.PROJECTED)));
        methods.put("fira", galore(settings, galore.withResidual(true)));
        methods.put("lora", new Method.Lora(settings, new LoraSettings(4, 8, Set.of("q_proj", "v_proj", "down_proj"))));
        methods.put("lomo", new Method.Lomo(LomoRule.LOMO, settings, WeightRounding.STOCHASTIC));
        methods.put("adalomo", new Method.Lomo(LomoRule.ADALOMO, settings, WeightRounding.KAHAN));
        return methods;
    }

    private static Method galore(AdamHyperparameters settings, GaloreSettings galore) {
        return new Method.GaLore(settings, galore, WeightRounding.STOCHASTIC);
    }

    Decoder model() {
        return TinyModel.load(MODEL, precision);
    }

    TrainingPlan plan() {
        return new TrainingPlan(
                method,
                new BatchPlan(6, 48, 11),
                new LearningRateSchedule(LearningRateSchedule.Kind.COSINE, 3e-3, 2, steps, 0.1),
                1.0,
                7,
                precision,
                steps);
    }

    SegmentPlan segments() {
        return switch (method) {
            case Method.AdamW _, Method.GaLore _, Method.Lora _, Method.Lomo _ ->
                SegmentPlan.ofWindows(steps, SEGMENT_STEPS);
            case Method.BAdam _ ->
                SegmentPlan.ofVisits(new BlockVisits(
                        BlockPartition.layers(ModelStructure.of(MODEL), true, true),
                        BlockOrder.RANDOM,
                        BlockOrder.NATURAL_START,
                        SEGMENT_STEPS,
                        false,
                        7,
                        steps));
        };
    }

    BatchCursor data() {
        List<EncodedText> samples = new ArrayList<>();
        for (int s = 0; s < 40; s++) {
            int length = 6 + (s * 5) % 12;
            int[] tokens = new int[length];
            boolean[] labelled = new boolean[length];
            for (int t = 0; t < length; t++) {
                tokens[t] = 3 + (s * 7 + t * t + 3 * t * (s % 5)) % (MODEL.vocabularySize() - 3);
                labelled[t] = t >= length / 3;
            }
            samples.add(new EncodedText(tokens, labelled));
        }
        return new BatchCursor(samples, plan().batch());
    }

    /** All weights, bit by bit. */
    static Map<String, ByteBuffer> bits(Decoder decoder) {
        return bits(decoder.export());
    }

    static Map<String, ByteBuffer> bits(Decoder decoder, ParameterGroup group) {
        return bits(decoder.export(group));
    }

    static Map<String, ByteBuffer> bits(List<TensorData> tensors) {
        Map<String, ByteBuffer> bits = new LinkedHashMap<>();
        for (TensorData tensor : tensors) {
            bits.put(tensor.name(), ByteBuffer.wrap(bytes(tensor.bytes())));
        }
        return bits;
    }

    /** All weights of a model held as 32-bit floats. */
    static Map<String, float[]> floats(Decoder decoder) {
        Map<String, float[]> floats = new LinkedHashMap<>();
        decoder.export()
                .forEach(tensor -> floats.put(tensor.name(), tensor.bytes().toArray(ValueLayout.JAVA_FLOAT)));
        return floats;
    }

    private static byte[] bytes(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_BYTE);
    }
}
