package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.loss.LabelledLoss;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.GroupLayout;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.optim.Gradients;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayerwiseBackwardTest {
    static Stream<ModelConfiguration> models() {
        return Stream.concat(Stream.of(TinyModel.tied(), TinyModel.untied(), TinyModel.biased()), TinyModel.families());
    }

    @ParameterizedTest
    @MethodSource("models")
    void equalsAutogradOverTheWholeGraph(ModelConfiguration configuration) {
        PackedRow row = TinyModel.row(configuration, 1, 3, 14, 9, 21, 14);
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            WholeGraph expected = WholeGraph.of(decoder, row);

            Pass pass = Pass.of(decoder, row, decoder.structure().groups(), ActivationPolicy.KEEP);

            assertThat(pass.loss()).isCloseTo(expected.loss(), within(1e-6));
            expected.gradients()
                    .forEach((group, slots) -> slots.forEach((slot, gradient) -> Deviation.of(
                                    group.id() + " " + slot,
                                    doubles(pass.gradients().get(group).get(slot.name())),
                                    doubles(gradient))
                            .isAtMost(1e-5)));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void slopesAgreeWithDifferencesOfTheLoss(ModelConfiguration configuration) {
        PackedRow row = TinyModel.row(configuration, 4, 2, 11, 17);
        double distance = 1e-2;
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            for (ParameterGroup group : decoder.structure().groups()) {
                Map<String, float[]> gradient = Pass.of(decoder, row, List.of(group), ActivationPolicy.KEEP)
                        .gradients()
                        .get(group);
                double norm = Math.sqrt(gradient.values().stream()
                        .mapToDouble(values -> sumOfSquares(values))
                        .sum());
                double up = lossAfterMove(decoder, row, group, gradient, distance / norm);
                double down = lossAfterMove(decoder, row, group, gradient, -distance / norm);

                Deviation.of("slope along the gradient of " + group.id(), (up - down) / (2 * distance), norm)
                        .isAtMost(5e-3);
            }
        }
    }

    @Test
    void recomputingChangesNoBit() {
        ModelConfiguration configuration = TinyModel.untied();
        PackedRow row = TinyModel.row(configuration, 1, 3, 14, 9, 21);
        try (Decoder decoder = TinyModel.load(configuration, Precision.BF16)) {
            Pass kept = Pass.of(decoder, row, decoder.structure().groups(), ActivationPolicy.KEEP);
            Pass recomputed = Pass.of(decoder, row, decoder.structure().groups(), ActivationPolicy.RECOMPUTE);

            assertThat(recomputed.loss()).isEqualTo(kept.loss());
            kept.gradients()
                    .forEach((group, slots) -> slots.forEach((slot, gradient) -> assertThat(
                                    recomputed.gradients().get(group).get(slot))
                            .as(group.id() + slot)
                            .isEqualTo(gradient)));
        }
    }

    @Test
    void anActiveBlockGetsTheSameGradientAsInTheFullPass() {
        ModelConfiguration configuration = TinyModel.tied();
        PackedRow row = TinyModel.row(configuration, 1, 3, 14, 9, 21);
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            Pass full = Pass.of(decoder, row, decoder.structure().groups(), ActivationPolicy.KEEP);
            for (ParameterGroup group : decoder.structure().groups()) {
                Pass alone = Pass.of(decoder, row, List.of(group), ActivationPolicy.RECOMPUTE);

                assertThat(alone.gradients().keySet()).containsExactly(group);
                alone.gradients().get(group).forEach((slot, gradient) -> assertThat(gradient)
                        .as(group.id() + slot)
                        .isEqualTo(full.gradients().get(group).get(slot)));
            }
        }
    }

    @Test
    void chunksOfTheLossAddUp() {
        ModelConfiguration configuration = TinyModel.untied();
        PackedRow row = TinyModel.row(configuration, 1, 0, 30, 11);
        try (Decoder decoder = TinyModel.load(configuration, Precision.FP32)) {
            LabelledLoss.Slope[] slopes = new LabelledLoss.Slope[2];
            float[][] heads = new float[2][];
            float[][] states = new float[2][];
            long[] chunkRows = {1000, 7};
            for (int i = 0; i < 2; i++) {
                try (TensorScope _ = TensorScope.open("test");
                        Gradients gradients = new Gradients(layouts(decoder, List.of(new ParameterGroup.Head())))) {
                    var input = decoder.prepare(row);
                    Tensor hidden = decoder.forward(input, input.labelledRows());
                    slopes[i] = new LabelledLoss(decoder, chunkRows[i])
                            .slope(hidden, input, gradients, row.labelledTokens(), true);
                    states[i] = TensorBytes.floats(slopes[i].atLastLayer());
                    heads[i] = TensorBytes.floats(gradients.get(new ParameterGroup.Head(), WeightSlot.OUTPUT_HEAD));
                }
            }
            Deviation.of("loss in chunks", slopes[1].lossSum(), slopes[0].lossSum())
                    .isAtMost(1e-6);
            Deviation.of("slope in chunks", doubles(states[1]), doubles(states[0]))
                    .isAtMost(1e-5);
            Deviation.of("head gradient in chunks", doubles(heads[1]), doubles(heads[0]))
                    .isAtMost(1e-5);
        }
    }

    @Test
    void leavesNothingBehind() {
        ModelConfiguration configuration = TinyModel.tied();
        PackedRow row = TinyModel.row(configuration, 1, 3, 14, 9);
        try (Decoder decoder = TinyModel.load(configuration, Precision.BF16)) {
            Pass.of(decoder, row, decoder.structure().groups(), ActivationPolicy.KEEP);
            long before = TensorScope.livePointers();
            for (ActivationPolicy policy : ActivationPolicy.values()) {
                Pass.of(decoder, row, decoder.structure().groups(), policy);
                Pass.of(decoder, row, List.of(new ParameterGroup.Layer(1)), policy);
                Pass.of(decoder, row, List.of(new ParameterGroup.FinalNorm()), policy);
            }
            assertThat(TensorScope.livePointers()).isEqualTo(before);
        }
    }

    private static List<GroupLayout> layouts(Decoder decoder, List<ParameterGroup> groups) {
        return groups.stream().map(decoder::weights).map(GroupTensors::layout).toList();
    }

    private static double lossAfterMove(
            Decoder decoder, PackedRow row, ParameterGroup group, Map<String, float[]> direction, double factor) {
        GroupTensors weights = decoder.weights(group);
        try (TensorScope _ = TensorScope.open("move");
                NoGradGuard _ = new NoGradGuard()) {
            Tensor before = weights.flat().clone();
            for (GroupLayout.Entry entry : weights.layout().entries()) {
                long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
                weights.get(entry.slot())
                        .add_(TensorBytes.floats(direction.get(entry.slot().name()), shape), new Scalar(factor));
            }
            double loss = new EvaluationPass(decoder).run(List.of(row)).meanLoss();
            weights.flat().copy_(before);
            return loss;
        }
    }

    private static double sumOfSquares(float[] values) {
        return Arrays.stream(doubles(values)).map(value -> value * value).sum();
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    /** Loss and gradients of one pass, copied. */
    private record Pass(double loss, Map<ParameterGroup, Map<String, float[]>> gradients) {
        static Pass of(Decoder decoder, PackedRow row, List<ParameterGroup> trained, ActivationPolicy policy) {
            try (TensorScope _ = TensorScope.open("pass");
                    Gradients gradients = new Gradients(layouts(decoder, trained))) {
                double sum = new LayerwiseBackward(decoder, new PhaseClock())
                        .accumulate(decoder.prepare(row), gradients, row.labelledTokens(), policy);
                Map<ParameterGroup, Map<String, float[]>> copies = new LinkedHashMap<>();
                for (ParameterGroup group : trained) {
                    Map<String, float[]> slots = new LinkedHashMap<>();
                    for (GroupLayout.Entry entry : gradients.layout(group).entries()) {
                        slots.put(entry.slot().name(), TensorBytes.floats(gradients.get(group, entry.slot())));
                    }
                    copies.put(group, slots);
                }
                return new Pass(sum / row.labelledTokens(), copies);
            }
        }
    }
}
