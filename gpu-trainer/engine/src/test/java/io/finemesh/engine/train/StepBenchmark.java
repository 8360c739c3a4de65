package io.finemesh.engine.train;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.plan.blocks.BlockOrder;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.BlockVisits;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentPlan;
import io.finemesh.plan.schedule.SegmentWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/**
 * Times whole optimizer steps and says where the time went; a program, not a test, as times are not asserted. Arguments: {@code adamw} or {@code badam},
 * then hidden size, layers, heads, key-value heads, intermediate size, vocabulary, documents, tokens per document, labelled tokens per document, steps.
 */
public final class StepBenchmark {
    private StepBenchmark() {}

    public static void main(String[] arguments) {
        String method = arguments.length > 0 ? arguments[0] : "adamw";
        int[] n = {128, 4, 4, 4, 352, 100, 32, 40, 6, 100};
        for (int i = 1; i < arguments.length; i++) {
            n[i - 1] = Integer.parseInt(arguments[i]);
        }
        ModelConfiguration configuration = TinyModel.configuration(n[1], n[0], n[2], n[3], n[4], n[5], false, false);
        int[] lengths = IntStream.range(0, n[6])
                .map(d -> n[7] + (n[6] / 2 - d) * n[7] / (4 * n[6]))
                .toArray();
        PackedRow row = TinyModel.row(configuration, 1, n[7] * 3 / 4 - n[8], lengths);
        int steps = n[9];
        System.out.println(
                Backend.start(Integer.getInteger("threads", TinyModel.THREADS)).summary());
        try (Decoder decoder = Decoder.load(configuration, TinyModel.weights(configuration), Precision.FP32)) {
            AdamHyperparameters settings = AdamHyperparameters.withDecay(0.01);
            TrainingPlan plan = new TrainingPlan(
                    method.equals("badam") ? new Method.BAdam(settings) : new Method.AdamW(settings),
                    new BatchPlan(n[6], 1 << 20, 0),
                    LearningRateSchedule.constant(1e-4, steps),
                    1.0,
                    0,
                    Precision.FP32,
                    steps);
            SegmentPlan segments = method.equals("badam")
                    ? SegmentPlan.ofVisits(new BlockVisits(
                            BlockPartition.layers(decoder.structure(), false, false),
                            BlockOrder.ASCENDING,
                            0,
                            Math.max(1, steps / n[1]),
                            false,
                            0,
                            steps))
                    : SegmentPlan.ofWindows(steps, steps);
            List<Long> times = new ArrayList<>();
            Map<Phase, Long> phases = new EnumMap<>(Phase.class);
            long[] last = {System.nanoTime()};
            StepListener listener = report -> {
                long now = System.nanoTime();
                times.add(now - last[0]);
                last[0] = now;
                report.phaseNanos().forEach((phase, nanos) -> phases.merge(phase, nanos, Math::min));
            };
            try (FineTuneLoop loop = new FineTuneLoop(
                    decoder, plan, step -> List.of(row), Optional.empty(), ActivationPolicy.DEFAULT_BUDGET_BYTES)) {
                for (SegmentWindow window : segments.windows().toList()) {
                    loop.run(window, listener, () -> false);
                }
            }
            long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
            double median = sorted[sorted.length / 2] / 1e6;
            System.out.printf(
                    Locale.ROOT,
                    "%s %d parameters, %d tokens, %d labelled: median %.1f ms (least %.1f), %.1f steps/s%n",
                    method,
                    decoder.structure().parameterCount(),
                    row.tokens().length,
                    row.labelledTokens(),
                    median,
                    sorted[0] / 1e6,
                    1000 / median);
            phases.forEach(
                    (phase, nanos) -> System.out.printf(Locale.ROOT, "  %-10s least %.2f ms%n", phase, nanos / 1e6));
            CRC32 digest = new CRC32();
            decoder.export().forEach(tensor -> digest.update(tensor.bytes().asByteBuffer()));
            System.out.printf(
                    "  lengths %s%n  digest of the weights %08x%n", Arrays.toString(lengths), digest.getValue());
        }
    }
}
