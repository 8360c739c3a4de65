package io.finemesh.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionKernelTest {
    private static final int DOCUMENTS = 2;
    private static final int HEADS = 4;
    private static final int KEY_VALUE_HEADS = 2;
    private static final int DIMENSION = 8;

    private record Case(AttentionKernel kernel, int length, AttentionRule rule) {}

    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    static Stream<Case> cases() {
        AttentionRule plain = rule(0, 0);
        return Stream.of(
                new Case(AttentionKernel.SCORES, 37, plain),
                new Case(AttentionKernel.SCORES, 37, rule(9, 0)),
                new Case(AttentionKernel.SCORES, 37, rule(1, 0)),
                new Case(AttentionKernel.SCORES, 37, rule(9, 0.7)),
                new Case(AttentionKernel.SCORES, 37, rule(0, 0.7)),
                new Case(AttentionKernel.FUSED, 150, plain),
                new Case(AttentionKernel.BLOCKS, 300, plain),
                new Case(AttentionKernel.BLOCKS, 300, rule(40, 0)),
                new Case(AttentionKernel.BLOCKS, 300, rule(129, 0)),
                new Case(AttentionKernel.BLOCKS, 300, rule(1, 0.7)),
                new Case(AttentionKernel.BLOCKS, 257, rule(0, 0.7)),
                new Case(AttentionKernel.BLOCKS, 128, rule(128, 0.7)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheDefinition(Case facts) {
        int length = facts.length();
        try (TensorScope _ = TensorScope.open("test")) {
            float[] turned = waves(DOCUMENTS * length * (HEADS + KEY_VALUE_HEADS) * DIMENSION, 0.3);
            float[] values = waves(DOCUMENTS * length * KEY_VALUE_HEADS * DIMENSION, 0.7);
            Tensor found = facts.kernel()
                    .attend(
                            TensorBytes.floats(turned, DOCUMENTS, length, HEADS + KEY_VALUE_HEADS, DIMENSION),
                            TensorBytes.floats(values, DOCUMENTS, length, KEY_VALUE_HEADS, DIMENSION),
                            facts.kernel().mask(length, HEADS / KEY_VALUE_HEADS, facts.rule()),
                            facts.rule());

            DecoderTest.assertClose(TensorBytes.floats(found), defined(turned, values, length, facts.rule()), 1e-5);
        }
    }

    @Test
    void longDocumentsAreFusedOnlyWhereNothingIsLostByIt() {
        Assumptions.assumeTrue(Backend.onHost(), "a device takes one large call for short documents too");
        assertThat(AttentionKernel.forLength(129, rule(0, 0))).isEqualTo(AttentionKernel.FUSED);
        assertThat(AttentionKernel.forLength(129, rule(129, 0))).isEqualTo(AttentionKernel.FUSED);
        assertThat(AttentionKernel.forLength(129, rule(128, 0))).isEqualTo(AttentionKernel.BLOCKS);
        assertThat(AttentionKernel.forLength(129, rule(0, 50))).isEqualTo(AttentionKernel.BLOCKS);
        assertThat(AttentionKernel.forLength(128, rule(5, 50))).isEqualTo(AttentionKernel.SCORES);
    }

    private static AttentionRule rule(int window, double cap) {
        return new AttentionRule(
                0.35,
                cap == 0 ? OptionalDouble.empty() : OptionalDouble.of(cap),
                window == 0 ? OptionalInt.empty() : OptionalInt.of(window));
    }

    /** One query at a time, in doubles. */
    private static float[] defined(float[] turned, float[] values, int length, AttentionRule rule) {
        float[] result = new float[DOCUMENTS * length * HEADS * DIMENSION];
        int rowWidth = (HEADS + KEY_VALUE_HEADS) * DIMENSION;
        for (int b = 0; b < DOCUMENTS; b++) {
            for (int t = 0; t < length; t++) {
                for (int h = 0; h < HEADS; h++) {
                    int shared = h / (HEADS / KEY_VALUE_HEADS);
                    double total = 0;
                    double[] sum = new double[DIMENSION];
                    for (int u = 0; u <= t; u++) {
                        if (rule.window().isPresent() && t - u >= rule.window().getAsInt()) {
                            continue;
                        }
                        double score = 0;
                        for (int d = 0; d < DIMENSION; d++) {
                            score += turned[(b * length + t) * rowWidth + h * DIMENSION + d]
                                    * turned[(b * length + u) * rowWidth + (HEADS + shared) * DIMENSION + d];
                        }
                        score *= rule.scale();
                        if (rule.softCap().isPresent()) {
                            double cap = rule.softCap().getAsDouble();
                            score = cap * Math.tanh(score / cap);
                        }
                        double weight = Math.exp(score);
                        total += weight;
                        for (int d = 0; d < DIMENSION; d++) {
                            sum[d] += weight * values[((b * length + u) * KEY_VALUE_HEADS + shared) * DIMENSION + d];
                        }
                    }
                    for (int d = 0; d < DIMENSION; d++) {
                        result[((b * length + t) * HEADS + h) * DIMENSION + d] = (float) (sum[d] / total);
                    }
                }
            }
        }
        return result;
    }

    private static float[] waves(int count, double pace) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(pace * i);
        }
        return values;
    }
}
