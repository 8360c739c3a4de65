package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.data.BatchPlan;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.loss.EvaluationReport;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.DecodingBatch;
import io.finemesh.engine.model.GroupTensors;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.optim.Gradients;
import io.finemesh.engine.optim.adam.AdamHyperparameters;
import io.finemesh.engine.optim.galore.GaloreSettings;
import io.finemesh.engine.optim.precision.WeightRounding;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import io.finemesh.plan.blocks.BlockOrder;
import io.finemesh.plan.blocks.BlockPartition;
import io.finemesh.plan.blocks.BlockVisits;
import io.finemesh.plan.schedule.LearningRateSchedule;
import io.finemesh.plan.schedule.SegmentPlan;
import io.finemesh.plan.schedule.SegmentWindow;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two-row batches on tiny models whose loss, logits, gradients and training curves were computed with transformers, torch and the reference BAdam; the
 * versions stand in {@code made_with} of each {@code expected.json}.
 *
 * <p>HINT when the curves differ but the gradients agree: look at the order of decay and update, and at where epsilon is added.
 */
class GoldenModelTest {
    private static final Path MODELS = Path.of(System.getProperty("finemesh.shared", "absent"), "golden", "models");
    private static final int STEPS = 12;
    private static final double RATE = 1e-3;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-tied", "mistral-window", "qwen2", "qwen3", "gemma2"})
    void lossAndLogitsAgree(String model) throws IOException {
        Golden golden = Golden.read(model);
        try (Decoder decoder = golden.load()) {
            PackedRow batch = golden.batch(0);
            EvaluationReport report = new EvaluationPass(decoder).run(List.of(batch));
            Deviation.of("loss " + model, report.meanLoss(), golden.number("loss"))
                    .isAtMost(1e-5);

            int length = batch.length(0);
            int[] all = IntStream.range(0, batch.tokens().length).toArray();
            float[][] logits = decoder.logits(batch, all);
            Deviation.of(
                            "logits, last of row 0 " + model,
                            first(logits[length - 1]),
                            golden.numbers("logits_row0_last_first16"))
                    .isAtMost(1e-4);
            Deviation.of(
                            "logits, middle of row 1 " + model,
                            first(logits[length + length / 2]),
                            golden.numbers("logits_row1_mid_first16"))
                    .isAtMost(1e-4);
            double squares = 0;
            for (float[] row : logits) {
                for (float logit : row) {
                    squares += (double) logit * logit;
                }
            }
            Deviation.of("logits norm " + model, Math.sqrt(squares), golden.number("logits_norm"))
                    .isAtMost(1e-5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-tied", "mistral-window", "qwen2", "qwen3", "gemma2"})
    void everyGradientAgrees(String model) throws IOException {
        Golden golden = Golden.read(model);
        try (Decoder decoder = golden.load();
                Gradients gradients = new Gradients(decoder.structure().groups().stream()
                        .map(decoder::weights)
                        .map(GroupTensors::layout)
                        .toList())) {
            PackedRow batch = golden.batch(0);
            try (TensorScope _ = TensorScope.open("test")) {
                new LayerwiseBackward(decoder, new PhaseClock())
                        .accumulate(decoder.prepare(batch), gradients, batch.labelledTokens(), ActivationPolicy.KEEP);
            }
            List<TensorData> found = gradients.export();
            assertThat(found).hasSize(golden.expected().get("grads").size());
            for (TensorData gradient : found) {
                JsonNode expected = golden.expected().get("grads").get(gradient.name());
                float[] values = gradient.bytes().toArray(ValueLayout.JAVA_FLOAT);
                Deviation.of(
                                "gradient norm " + model + " " + gradient.name(),
                                norm(values),
                                expected.get("norm").doubleValue())
                        .isAtMost(1e-4);
                for (int i = 0; i < 4; i++) {
                    assertThat((double) values[i])
                            .as(gradient.name() + "[" + i + "]")
                            .isCloseTo(expected.get("first4").get(i).doubleValue(), within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-tied", "mistral-window", "qwen2", "qwen3", "gemma2"})
    void adamwCurveAgrees(String model) throws IOException {
        Golden golden = Golden.read(model);
        try (Decoder decoder = golden.load()) {
            AdamHyperparameters settings =
                    new AdamHyperparameters(0.9, 0.999, 1e-8, 0.01, AdamHyperparameters.Decay.ALL);
            List<Double> losses = curve(decoder, golden, new Method.AdamW(settings), SegmentPlan.ofWindows(STEPS, 5));
            golden.assertCurve("adamw", decoder, losses);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-tied", "mistral-window", "qwen2", "qwen3", "gemma2"})
    void badamCurveAgrees(String model) throws IOException {
        Golden golden = Golden.read(model);
        try (Decoder decoder = golden.load()) {
            AdamHyperparameters settings =
                    new AdamHyperparameters(0.9, 0.999, 1e-8, 0.01, AdamHyperparameters.Decay.ALL);
            SegmentPlan segments = SegmentPlan.ofVisits(new BlockVisits(
                    BlockPartition.layers(decoder.structure(), false, false),
                    BlockOrder.ASCENDING,
                    0,
                    3,
                    true,
                    0,
                    STEPS));
            List<Double> losses = curve(decoder, golden, new Method.BAdam(settings), segments);
            golden.assertCurve("badam", decoder, losses);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-tied", "mistral-window", "qwen2", "qwen3", "gemma2"})
    void galoreCurveAgrees(String model) throws IOException {
        Golden golden = Golden.read(model);
        try (Decoder decoder = golden.load()) {
            JsonNode hyper = golden.expected().get("hyper").get("galore");
            AdamHyperparameters settings = new AdamHyperparameters(
                    0.9,
                    0.999,
                    hyper.get("eps").doubleValue(),
                    hyper.get("wd").doubleValue(),
                    AdamHyperparameters.Decay.ALL);
            GaloreSettings galore = GaloreSettings.reference(
                    hyper.get("rank").intValue(),
                    hyper.get("update_proj_gap").intValue(),
                    hyper.get("scale").doubleValue());
            List<Double> losses = curve(
                    decoder,
                    golden,
                    new Method.GaLore(settings, galore, WeightRounding.STOCHASTIC),
                    SegmentPlan.ofWindows(STEPS, 5));
            golden.assertCurve("galore", decoder, losses);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-tied", "mistral-window", "qwen2", "qwen3", "gemma2"})
    void greedyTokensAreTheSame(String model) throws IOException {
        Golden golden = Golden.read(model);
        try (Decoder decoder = golden.load()) {
            int[] prompt = Arrays.copyOf(golden.batch(0).tokens(), 12);
            List<Integer> generated = new ArrayList<>();
            try (DecodingBatch decoding = new DecodingBatch(decoder, List.of(prompt), 28)) {
                for (int i = 0; i < 16; i++) {
                    int next = decoding.greedy()[0];
                    generated.add(next);
                    if (i < 15) {
                        decoding.append(new int[] {next});
                    }
                }
            }
            List<Integer> expected = new ArrayList<>();
            golden.expected().get("greedy_16_after_first_12_ids_of_row0").forEach(id -> expected.add(id.intValue()));
            assertThat(generated).isEqualTo(expected);
        }
    }

    /** Losses of the steps, and of the batch after the last. */
    private static List<Double> curve(Decoder decoder, Golden golden, Method method, SegmentPlan segments) {
        TrainingPlan plan = new TrainingPlan(
                method,
                new BatchPlan(2, 48, 0),
                LearningRateSchedule.constant(RATE, STEPS),
                Double.POSITIVE_INFINITY,
                0,
                Precision.FP32,
                STEPS);
        List<Double> losses = new ArrayList<>();
        try (FineTuneLoop loop =
                new FineTuneLoop(decoder, plan, step -> List.of(golden.batch(step)), Optional.empty(), 1L << 30)) {
            for (SegmentWindow window : segments.windows().toList()) {
                loop.run(window, report -> losses.add(report.loss()), () -> false);
            }
        }
        losses.add(new EvaluationPass(decoder).run(List.of(golden.batch(STEPS))).meanLoss());
        return losses;
    }

    private static double[] first(float[] logits) {
        return IntStream.range(0, 16).mapToDouble(i -> logits[i]).toArray();
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private record Golden(Path folder, JsonNode expected, ModelConfiguration configuration) {
        static Golden read(String model) throws IOException {
            Path folder = MODELS.resolve(model);
            Assumptions.assumeTrue(
                    Files.isDirectory(folder),
                    () -> "golden models are not beside this checkout: " + folder + " is missing");
            return new Golden(
                    folder,
                    new ObjectMapper().readTree(folder.resolve("expected.json").toFile()),
                    ModelConfiguration.parse(Files.readAllBytes(folder.resolve("config.json"))));
        }

        Decoder load() throws IOException {
            Backend.start(TinyModel.THREADS);
            try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
                return Decoder.load(configuration, file, Precision.FP32);
            }
        }

        double number(String name) {
            return expected.get(name).doubleValue();
        }

        double[] numbers(String name) {
            double[] values = new double[expected.get(name).size()];
            Arrays.setAll(values, i -> expected.get(name).get(i).doubleValue());
            return values;
        }

        /** The formula under {@code batch} of the golden file: two rows, the first quarter and the last three of row 1 not predicted. */
        PackedRow batch(long step) {
            int length = expected.get("T").intValue();
            int s = Math.toIntExact(step);
            int[] tokens = new int[2 * length];
            int[] targets = new int[2 * length];
            Arrays.fill(targets, PackedRow.NO_TARGET);
            for (int i = 0; i < 2; i++) {
                for (int t = 0; t < length; t++) {
                    tokens[i * length + t] = 3 + (7 * i * i + 13 * t + 5 * s * s + 11 * i * t + s * t) % 253;
                    boolean labelled = t >= length / 4 && !(i == 1 && t >= length - 3);
                    if (labelled) {
                        targets[i * length + t - 1] = tokens[i * length + t];
                    }
                }
            }
            return new PackedRow(tokens, new int[] {0, length, 2 * length}, targets);
        }

        void assertCurve(String method, Decoder decoder, List<Double> losses) {
            double[] curve = losses.stream().mapToDouble(Double::doubleValue).toArray();
            Deviation.of(
                            "curve of " + method + " " + expected.get("model").textValue(),
                            curve,
                            numbers("loss_" + method))
                    .isAtMost(1e-4);
            JsonNode norms = expected.get("final_norms_" + method);
            for (TensorData tensor : decoder.export()) {
                Deviation.of(
                                "final norm of " + method + " "
                                        + expected.get("model").textValue() + " " + tensor.name(),
                                norm(tensor.bytes().toArray(ValueLayout.JAVA_FLOAT)),
                                norms.get(tensor.name()).doubleValue())
                        .isAtMost(1e-4);
            }
        }
    }
}
