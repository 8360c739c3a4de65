package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.InvalidMethodException;
import io.finemesh.engine.optim.OptimizerStep;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.lora.LoraParameters;
import io.finemesh.engine.optim.lora.LoraSettings;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoraTest {
    private static final AdamHyperparameters ADAM = AdamHyperparameters.withDecay(0);
    private static final LoraSettings SETTINGS = new LoraSettings(4, 8, Set.of("q_proj", "v_proj", "down_proj"));
    private static final LoraSettings DROPPING = new LoraSettings(4, 8, Set.of("q_proj", "v_proj", "down_proj"), 0.25);
    private static final PackedRow ROW = TinyModel.row(TinyRun.MODEL, 1, 2, 9, 15);

    /** The loss the adapters train is the loss of the merged model, and the base weights stand still. */
    @Test
    void mergedWeightsComputeWhatTheAdaptersDid() {
        try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32);
                LoraParameters lora = LoraParameters.enter("all", groups(decoder), SETTINGS, ADAM, 3)) {
            Map<String, ByteBuffer> base = TinyRun.bits(decoder);
            double before = loss(decoder, lora, 0);
            assertThat(before)
                    .isCloseTo(new EvaluationPass(decoder).run(List.of(ROW)).meanLoss(), within(1e-6));
            for (int t = 0; t < 8; t++) {
                loss(decoder, lora, 1e-2);
            }
            double after = loss(decoder, lora, 0);
            assertThat(after).isLessThan(before - 0.05);
            assertThat(TinyRun.bits(decoder)).isEqualTo(base);

            Map<String, TensorData> merged = new LinkedHashMap<>();
            decoder.export().forEach(tensor -> merged.put(tensor.name(), tensor));
            for (ParameterGroup group : lora.groups()) {
                lora.changed(decoder.weights(group)).forEach(tensor -> merged.put(tensor.name(), tensor));
            }
            try (Decoder other = Decoder.load(TinyRun.MODEL, TinyModel.source(merged), Precision.FP32)) {
                Deviation.of(
                                "loss of merged adapters",
                                new EvaluationPass(other).run(List.of(ROW)).meanLoss(),
                                after)
                        .isAtMost(1e-5);
            }
        }
    }

    /** W + (alpha / r) B A from the exported matrices alone is what merging gives: the export is complete. */
    @Test
    void theExportedAdapterIsInTheFormOfPeft() {
        try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32);
                LoraParameters lora = LoraParameters.enter("all", groups(decoder), SETTINGS, ADAM, 3)) {
            for (int t = 0; t < 3; t++) {
                loss(decoder, lora, 1e-2);
            }
            Map<String, TensorData> adapter = new LinkedHashMap<>();
            lora.adapter().forEach(tensor -> adapter.put(tensor.name(), tensor));
            assertThat(adapter).hasSize(TinyRun.MODEL.layerCount() * 3 * 2);
            String module = "base_model.model.model.layers.1.self_attn.v_proj";
            TensorData a = adapter.get(module + ".lora_A.weight");
            TensorData b = adapter.get(module + ".lora_B.weight");
            assertThat(a.shape()).containsExactly(4L, 32L);
            assertThat(b.shape()).containsExactly(16L, 4L);
            float[] down = a.bytes().toArray(ValueLayout.JAVA_FLOAT);
            float[] up = b.bytes().toArray(ValueLayout.JAVA_FLOAT);
            GroupTensors group = decoder.weights(new ParameterGroup.Layer(1));
            float[] base = floats(group.export(""), "model.layers.1.self_attn.v_proj.weight");
            float[] merged = floats(lora.changed(group), "model.layers.1.self_attn.v_proj.weight");
            double[] expected = new double[base.length];
            double[] found = new double[base.length];
            for (int i = 0; i < base.length; i++) {
                expected[i] = base[i];
                for (int k = 0; k < 4; k++) {
                    expected[i] += 8 / 4.0 * up[i / 32 * 4 + k] * down[k * 32 + i % 32];
                }
                found[i] = merged[i];
            }
            assertThat(merged).isNotEqualTo(base);
            Deviation.of("merged v_proj", found, expected).isAtMost(1e-6);
            assertThat(lora.adapterConfiguration("base"))
                    .contains("\"r\":4", "\"lora_alpha\":8", "\"peft_type\":\"LORA\"")
                    .contains("\"target_modules\":[\"down_proj\",\"q_proj\",\"v_proj\"]");
        }
    }

    @Test
    void onlyTheLastSegmentOfARunChangesWeights() {
        TinyRun run = TinyRun.named("lora", Precision.BF16, 8);
        try (Decoder decoder = run.model();
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), Optional.empty())) {
            SegmentOutcome first = loop.run(run.segments().at(0), StepListener.none(), () -> false);
            assertThat(first.changed()).isEmpty();
            SegmentOutcome last = loop.run(run.segments().at(1), StepListener.none(), () -> false);
            assertThat(last.changed()).hasSize(TinyRun.MODEL.layerCount());
            ParameterGroup layer = new ParameterGroup.Layer(0);
            assertThat(TinyRun.bits(last.changed().get(layer))).isNotEqualTo(TinyRun.bits(decoder, layer));
        }
    }

    /** A layer that is computed again on the way back drops what it dropped before: bit by bit, as if its graph had been kept. */
    @Test
    void recomputedLayersDropTheSameInputs() {
        List<Map<String, ByteBuffer>> ends = new ArrayList<>();
        for (ActivationPolicy policy : ActivationPolicy.values()) {
            try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32);
                    LoraParameters lora = LoraParameters.enter("all", groups(decoder), DROPPING, ADAM, 3)) {
                for (int t = 0; t < 3; t++) {
                    step(decoder, lora, t, 1e-2, policy);
                }
                ends.add(TinyRun.bits(lora.export()));
            }
        }
        assertThat(ends.get(0)).isEqualTo(ends.get(1));
    }

    /** The gradient is that of the loss with these inputs dropped: along it, the loss rises as fast as the gradient is long. */
    @Test
    void theGradientIsThatOfTheLossUnderTheSameMask() {
        try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32)) {
            Map<String, TensorData> state = new LinkedHashMap<>();
            try (LoraParameters lora = LoraParameters.enter("all", groups(decoder), DROPPING, ADAM, 3)) {
                for (int t = 0; t < 3; t++) {
                    step(decoder, lora, t, 3e-2, ActivationPolicy.RECOMPUTE);
                }
                lora.export().forEach(tensor -> state.put(tensor.name(), tensor));
            }
            Map<String, double[]> gradients = new LinkedHashMap<>();
            try (LoraParameters lora =
                    LoraParameters.resume("all", groups(decoder), DROPPING, ADAM, 3, TinyModel.source(state), 3)) {
                step(decoder, lora, 9, 0, ActivationPolicy.RECOMPUTE); // moments move, weights do not
                lora.export().stream()
                        .filter(tensor -> tensor.name().startsWith("first_moment."))
                        .forEach(tensor -> gradients.put(
                                tensor.name().substring("first_moment.".length()),
                                gradient(state.get(tensor.name()), tensor)));
            }
            double norm = Math.sqrt(gradients.values().stream()
                    .flatMapToDouble(Arrays::stream)
                    .map(value -> value * value)
                    .sum());
            double reach = 1e-2;
            double ahead = lossAt(decoder, moved(state, gradients, reach / norm));
            double behind = lossAt(decoder, moved(state, gradients, -reach / norm));
            Deviation.of("slope along the gradient", (ahead - behind) / (2 * reach), norm)
                    .isAtMost(2e-3);
        }
    }

    @Test
    void saysEverythingThatIsWrongAtOnce() {
        assertThatThrownBy(() -> new LoraSettings(0, -1, Set.of(), 1))
                .isInstanceOf(InvalidMethodException.class)
                .hasMessageContainingAll("lora_rank", "lora_alpha", "lora_target", "lora_dropout");
        try (Decoder decoder = TinyModel.load(TinyRun.MODEL, Precision.FP32)) {
            List<GroupLayout> layouts =
                    groups(decoder).stream().map(GroupTensors::layout).toList();
            assertThatThrownBy(() -> LoraParameters.check(layouts, new LoraSettings(17, 8, Set.of("v_proj", "w_proj"))))
                    .hasMessageContaining("17 for model.layers.2.self_attn.v_proj.weight, whose smaller side is 16")
                    .hasMessageContaining("lora_target: found w_proj; allowed: all, or of down_proj, gate_proj");
        }
    }

    private static double loss(Decoder decoder, LoraParameters lora, double rate) {
        return step(decoder, lora, 0, rate, ActivationPolicy.RECOMPUTE);
    }

    /** One step on two rows of the same tokens, which see different masks. @return mean loss before it */
    private static double step(Decoder decoder, LoraParameters lora, int number, double rate, ActivationPolicy policy) {
        try (TensorScope _ = TensorScope.open("step");
                OptimizerStep step = lora.begin(number)) {
            double loss = new LayerwiseBackward(decoder, new PhaseClock())
                    .accumulate(List.of(ROW, ROW), step, step.traversal(), 2 * ROW.labelledTokens(), _ -> policy);
            step.update(rate, 1);
            return loss / (2 * ROW.labelledTokens());
        }
    }

    private static double lossAt(Decoder decoder, Map<String, TensorData> state) {
        try (LoraParameters lora =
                LoraParameters.resume("all", groups(decoder), DROPPING, ADAM, 3, TinyModel.source(state), 3)) {
            return step(decoder, lora, 9, 0, ActivationPolicy.RECOMPUTE);
        }
    }

    /** What an update moved a first moment towards. */
    private static double[] gradient(TensorData before, TensorData after) {
        float[] old = before.bytes().toArray(ValueLayout.JAVA_FLOAT);
        float[] now = after.bytes().toArray(ValueLayout.JAVA_FLOAT);
        return IntStream.range(0, old.length)
                .mapToDouble(i -> (now[i] - ADAM.beta1() * old[i]) / (1 - ADAM.beta1()))
                .toArray();
    }

    private static Map<String, TensorData> moved(
            Map<String, TensorData> state, Map<String, double[]> gradients, double factor) {
        Map<String, TensorData> moved = new LinkedHashMap<>(state);
        gradients.forEach((name, gradient) -> moved.computeIfPresent(name, (_, tensor) -> {
            float[] values = tensor.bytes().toArray(ValueLayout.JAVA_FLOAT);
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (factor * gradient[i]);
            }
            return new TensorData(name, tensor.dtype(), tensor.shape(), MemorySegment.ofArray(values));
        }));
        return moved;
    }

    private static List<GroupTensors> groups(Decoder decoder) {
        return decoder.structure().groups().stream().map(decoder::weights).toList();
    }

    private static float[] floats(List<TensorData> tensors, String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow()
                .bytes()
                .toArray(ValueLayout.JAVA_FLOAT);
    }
}
